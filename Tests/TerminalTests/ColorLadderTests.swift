import Plotting
import Terminal
import Testing

@Suite struct ColorLadderTests {
  private let samples: [UInt8] = [0, 1, 8, 47, 48, 95, 114, 127, 128, 135, 175, 200, 215, 247, 254, 255]

  @Test func theLadderUsesTheMostColorsAllowed() {
    let rungs: [(available: Int, limit: Int?, colors: Int)] = [
      (256, nil, 256), (256, 256, 256), (256, 255, 16), (256, 16, 16), (256, 15, 8), (256, 8, 8), (256, 7, 0),
      (256, 0, 0),
      (88, nil, 16), (8, nil, 8), (8, 256, 8), (0, nil, 0), (0, 256, 0), (1 << 24, nil, 1 << 24), (1 << 24, 256, 256),
    ]
    for rung in rungs {
      #expect(ColorLadder(available: rung.available, limit: rung.limit).colors == rung.colors, "\(rung)")
    }
  }

  @Test(arguments: [8, 16, 256])
  func everyColorHasANumberBelowTheCount(colors: Int) {
    let ladder = ColorLadder(available: colors, limit: nil)
    #expect(ladder.number(of: .terminal) == -1)
    for n in UInt8.min...UInt8.max { #expect((0..<Int32(colors)).contains(ladder.number(of: .palette(n)))) }
    for red in samples {
      for green in samples {
        for blue in samples {
          #expect((0..<Int32(colors)).contains(ladder.number(of: .rgb(red, green, blue))))
        }
      }
    }
  }

  @Test func withoutColorsEveryColorIsTheDefault() {
    let ladder = ColorLadder(available: 256, limit: 0)
    for color in [Color.terminal, .palette(3), .rgb(255, 0, 0)] { #expect(ladder.number(of: color) == -1) }
  }

  @Test func cubeColorsAndGraysKeepTheirNumbers() {
    let ladder = ColorLadder(available: 256, limit: nil)
    let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    for (r, red) in levels.enumerated() {
      for (g, green) in levels.enumerated() {
        for (b, blue) in levels.enumerated() {
          #expect(ladder.number(of: .rgb(red, green, blue)) == Int32(16 + 36 * r + 6 * g + b))
        }
      }
    }
    for n in 0..<24 {
      let level = UInt8(8 + 10 * n)
      #expect(ladder.number(of: .rgb(level, level, level)) == Int32(232 + n))
    }
    for n in UInt8.min...UInt8.max { #expect(ladder.number(of: .palette(n)) == Int32(n)) }
  }

  @Test func namedColorsBecomeTheNearestOnes() {
    let eight = ColorLadder(available: 8, limit: nil)
    #expect(eight.number(of: .palette(5)) == 5)
    #expect(eight.number(of: .palette(9)) == 1)
    #expect(eight.number(of: .palette(15)) == 7)
    #expect(eight.number(of: .rgb(250, 10, 10)) == 1)
    #expect(eight.number(of: .rgb(0, 0, 0)) == 0)
    let sixteen = ColorLadder(available: 16, limit: nil)
    #expect(sixteen.number(of: .rgb(255, 255, 255)) == 15)
    #expect(sixteen.number(of: .rgb(130, 130, 130)) == 8)
    #expect(sixteen.number(of: .palette(196)) == 9)
  }

  @Test func directColorTerminalsGetTheColorItself() {
    let ladder = ColorLadder(available: 1 << 24, limit: nil)
    #expect(ladder.number(of: .rgb(0x12, 0x34, 0x56)) == 0x123456)
    #expect(ladder.number(of: .palette(3)) == 3)
    #expect(ladder.number(of: .palette(9)) == 0xff0000)
    #expect(ladder.number(of: .rgb(0, 0, 5)) == 0)
  }

  @Test func pairsAreReservedOnceAndDropTheirBackgroundFirst() {
    var table = PairTable(capacity: 4)
    var reserved: [Int32] = []
    func number(_ foreground: Int32, _ background: Int32) -> Int32 {
      table.number(of: PairTable.Pair(foreground, on: background)) { number, _ in reserved.append(number) }
    }
    #expect(number(-1, -1) == 0)
    #expect(number(1, -1) == 1)
    #expect(number(1, 2) == 2)
    #expect(number(1, -1) == 1)
    #expect(number(3, 4) == 3)
    #expect(reserved == [1, 2, 3])
    #expect(number(1, 7) == 1)
    #expect(number(9, 9) == 0)
    #expect(reserved == [1, 2, 3])
  }
}
