import Plotting
import Testing

@Suite struct ColorDifferenceTests {
  /// The test data of Sharma, Wu and Dalal (2005), Table 1: two colors in CIELAB and their difference.
  private static let pairs: [[Double]] = [
    [50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425], [50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615],
    [50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412], [50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000],
    [50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000], [50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000],
    [50, 0, 0, 50, -1, 2, 2.3669], [50, -1, 2, 50, 0, 0, 2.3669],
    [50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792], [50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792],
    [50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195], [50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195],
    [50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045], [50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045],
    [50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461], [50, 2.5, 0, 50, 0, -2.5, 4.3065],
    [50, 2.5, 0, 73, 25, -18, 27.1492], [50, 2.5, 0, 61, -5, 29, 22.8977], [50, 2.5, 0, 56, -27, -3, 31.9030],
    [50, 2.5, 0, 58, 24, 15, 19.4535], [50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000], [50, 2.5, 0, 50, 3.2972, 0, 1.0000],
    [50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000], [50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000],
    [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
    [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
    [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
    [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
    [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
    [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
    [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
    [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
    [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
    [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
  ]

  @Test func everyPublishedPairHasItsPublishedDifferenceInBothDirections() {
    #expect(Self.pairs.count == 34)
    for pair in Self.pairs {
      let one = LabColor(l: pair[0], a: pair[1], b: pair[2]), two = LabColor(l: pair[3], a: pair[4], b: pair[5])
      #expect(abs(one.difference(to: two) - pair[6]) < 5e-5, "\(pair)")
      #expect(abs(two.difference(to: one) - pair[6]) < 5e-5, "\(pair)")
    }
  }

  @Test func sRGBHasItsKnownPlacesInCIELAB() {
    let red = LabColor(linearRGB: [1, 0, 0]), white = LabColor(linearRGB: [1, 1, 1])
    #expect(abs(red.l - 53.24) < 0.01 && abs(red.a - 80.09) < 0.01 && abs(red.b - 67.20) < 0.01)
    #expect(abs(white.l - 100) < 0.01 && abs(white.a) < 0.01 && abs(white.b) < 0.02)
  }
}

@Suite struct ContrastTests {
  @Test func contrastFollowsWCAG() throws {
    let black = Color.rgb(0, 0, 0), white = Color.rgb(255, 255, 255)
    #expect(abs(try #require(black.contrast(with: white)) - 21) < 1e-9)
    #expect(white.contrast(with: white) == 1)
    // #767676 is the darkest gray with a contrast of at least 4.5 on white, #777777 is just not.
    #expect(abs(try #require(white.contrast(with: .rgb(0x76, 0x76, 0x76))) - 4.54) < 0.005)
    #expect(abs(try #require(white.contrast(with: .rgb(0x77, 0x77, 0x77))) - 4.48) < 0.005)
    #expect(abs(try #require(white.contrast(with: .rgb(255, 0, 0))) - 4.00) < 0.005)
    #expect(Color.terminal.contrast(with: white) == nil && white.contrast(with: .palette(1)) == nil)
  }

  @Test func aMixtureLiesBetweenItsColors() {
    #expect(Color.rgb(0, 100, 200).mixed(with: .rgb(100, 100, 0), share: 0.25) == .rgb(25, 100, 150))
    #expect(Color.palette(3).mixed(with: .rgb(0, 0, 0), share: 0.5) == .palette(3))
  }
}

@Suite struct VisionTests {
  @Test func graysAreTheSameInEveryVision() {
    for vision in Vision.allCases {
      for level in [0.0, 0.2, 0.7, 1] {
        #expect(vision.sees([level, level, level]).allSatisfy { abs($0 - level) < 1e-5 }, "\(vision)")
      }
    }
  }

  @Test func redIsWhatThePublishedMatricesMakeOfIt() {
    #expect(Vision.protanopia.sees([1, 0, 0]) == [0.152286, 0.114503, 0])
    #expect(Vision.deuteranopia.sees([1, 0, 0]) == [0.367322, 0.280085, 0])
    #expect(Vision.tritanopia.sees([1, 0, 0]) == [1, 0, 0.004733])
  }

  @Test func redAndGreenGetCloserWithDeuteranopia() throws {
    let red = Color.rgb(200, 60, 40), green = Color.rgb(110, 120, 30)
    let normal = try #require(Vision.normal.difference(red, green))
    let deutan = try #require(Vision.deuteranopia.difference(red, green))
    #expect(normal > 40 && deutan < normal / 2)
    #expect(Vision.normal.difference(red, .palette(2)) == nil)
  }
}
