import Plotting
import Testing

@Suite struct CanvasTests {
  @Test func everySegmentOfEverySmallCanvasStaysInsideAndHasBothEnds() {
    for symbols in Symbols.allCases {
      for width in 0...4 {
        for height in 0...4 {
          let blank = Canvas(width: width, height: height, symbols: symbols)
          let columns = Array(-1...blank.dotsAcross), rows = Array(-1...blank.dotsDown)
          for (startX, startY) in columns.flatMap({ x in rows.map { (x, $0) } }).filter({ ($0 + $1) % 3 == 0 }) {
            for (endX, endY) in columns.flatMap({ x in rows.map { (x, $0) } }) {
              var canvas = blank
              canvas.segment(from: (startX, startY), to: (endX, endY), layer: 0)
              let size = symbols.dots
              for (x, y) in [(startX, startY), (endX, endY)]
              where x >= 0 && y >= 0 && x < canvas.dotsAcross && y < canvas.dotsDown {
                #expect(canvas.layer(x: x / size.x, y: y / size.y) == 0)
              }
              var buffer = CellBuffer(width: width, height: height)
              canvas.draw(into: &buffer, x: 0, y: 0) { _ in Style() }
            }
          }
        }
      }
    }
  }

  @Test func aSegmentHasAsManyDotsAsItsLongerExtent() {
    // One dot a cell across: every dot of a flat segment is a cell of its own.
    for length in 0..<9 {
      var canvas = Canvas(width: 9, height: 9, symbols: .ascii)
      canvas.segment(from: (0, 0), to: (length, 0), layer: 0)
      #expect((0..<9).filter { canvas.layer(x: $0, y: 0) != nil }.count == length + 1)
    }
  }

  @Test func everyMaskOfALadderHasItsOwnCharacter() {
    for symbols in Symbols.allCases {
      let dots = symbols.dots.x * symbols.dots.y
      var seen: Set<Unicode.Scalar> = []
      for mask in 1..<(1 << dots) {
        var canvas = Canvas(width: 1, height: 1, symbols: symbols)
        for bit in 0..<dots where mask & (1 << bit) != 0 {
          canvas.dot(x: bit % symbols.dots.x, y: bit / symbols.dots.x, layer: 0)
        }
        var buffer = CellBuffer(width: 1, height: 1)
        canvas.draw(into: &buffer, x: 0, y: 0) { _ in Style() }
        #expect(buffer[0, 0].scalar != " ")
        seen.insert(buffer[0, 0].scalar)
      }
      #expect(seen.count == (1 << dots) - 1)
      if symbols == .ascii { #expect(seen.allSatisfy { $0.isASCII }) }
    }
  }

  @Test func brailleDotsStandWhereUnicodeSaysTheyDo() {
    let expected: [[Unicode.Scalar]] = [["⠁", "⠈"], ["⠂", "⠐"], ["⠄", "⠠"], ["⡀", "⢀"]]
    for y in 0..<4 {
      for x in 0..<2 {
        var canvas = Canvas(width: 1, height: 1, symbols: .braille)
        canvas.dot(x: x, y: y, layer: 0)
        var buffer = CellBuffer(width: 1, height: 1)
        canvas.draw(into: &buffer, x: 0, y: 0) { _ in Style() }
        #expect(buffer[0, 0].scalar == expected[y][x])
      }
    }
  }

  @Test func aLaterLayerTakesTheCellOverAndItsOwnDotsAreMerged() {
    var canvas = Canvas(width: 1, height: 1, symbols: .braille)
    canvas.dot(x: 0, y: 0, layer: 0)
    canvas.dot(x: 1, y: 3, layer: 1)
    canvas.dot(x: 1, y: 2, layer: 1)
    var buffer = CellBuffer(width: 1, height: 1)
    canvas.draw(into: &buffer, x: 0, y: 0) { Style(.palette(UInt8($0))) }
    #expect(buffer[0, 0] == Cell("⢠", Style(.palette(1))))
  }
}
