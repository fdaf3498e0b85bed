import Spelling

/// Curves over steps, as SVG.
struct SVGChart {
  /// One curve.
  struct Curve {
    let name: String
    let color: String
    let points: [(step: Int, value: Double)]
  }

  /// Something that happened at a step.
  struct Mark {
    let step: Int
    let text: String
  }

  let curves: [Curve]
  let marks: [Mark]
  /// The values shown; nil for those of the curves.
  let range: ClosedRange<Double>?

  private static let width = 900.0, height = 260.0, left = 48.0, top = 14.0, bottom = 34.0
  /// Points of a curve; more cannot be seen.
  private static let most = 1500

  /// The chart; a sentence when there is nothing to draw.
  var svg: String {
    let drawn = curves.filter { $0.points.contains { $0.value.isFinite } }
    guard let last = drawn.flatMap({ $0.points.map(\.step) }).max(), last > 0 else { return "<p>nothing measured</p>" }
    let values = drawn.flatMap { $0.points.map(\.value) }.filter(\.isFinite)
    let low = range?.lowerBound ?? min(0, values.min() ?? 0),
      high = range?.upperBound ?? max(values.max() ?? 1, low + 1e-9)
    func x(_ step: Int) -> Double { Self.left + Double(step) / Double(last) * (Self.width - Self.left - 8) }
    func y(_ value: Double) -> Double {
      Self.top + (1 - (value - low) / (high - low)) * (Self.height - Self.top - Self.bottom)
    }
    let grid = (0...4).map { number -> String in
      let value = low + (high - low) * Double(number) / 4, height = fixed(y(value))
      return "<line x1=\"\(Self.left)\" x2=\"\(Self.width - 8)\" y1=\"\(height)\" y2=\"\(height)\" stroke=\"#d8dee4\"/>"
        + "<text x=\"4\" y=\"\(height)\">\(NumberText.fixed(value, digits: 2))</text>"
    }
    let lines = drawn.map { curve in
      let stride = max(1, curve.points.count / Self.most)
      let points = curve.points.enumerated().filter { $0.offset % stride == 0 && $0.element.value.isFinite }
        .map { "\(fixed(x($0.element.step))),\(fixed(y($0.element.value)))" }
      return
        "<polyline fill=\"none\" stroke=\"\(curve.color)\" stroke-width=\"1.5\" points=\"\(points.joined(separator: " "))\"/>"
    }
    let verticals = marks.map { mark in
      "<line x1=\"\(fixed(x(mark.step)))\" x2=\"\(fixed(x(mark.step)))\" y1=\"\(Self.top)\" y2=\"\(Self.height - Self.bottom)\" "
        + "stroke=\"#57606a\" stroke-dasharray=\"3 3\"><title>step \(mark.step): \(HTML.escaped(mark.text))</title></line>"
    }
    return "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">"
      + (grid + verticals + lines + [axis(last), legend(drawn)]).joined() + "</svg>" + thinning(drawn)
  }

  private func axis(_ last: Int) -> String {
    "<text x=\"\(Self.left)\" y=\"\(Self.height - 20)\">0</text>"
      + "<text x=\"\(Self.width - 8)\" y=\"\(Self.height - 20)\" text-anchor=\"end\">step \(last)</text>"
  }

  private func legend(_ curves: [Curve]) -> String {
    var place = Self.left
    return curves.map { curve in
      defer { place += 30 + 7 * Double(curve.name.count) }
      return "<rect x=\"\(fixed(place))\" y=\"\(Self.height - 12)\" width=\"12\" height=\"4\" fill=\"\(curve.color)\"/>"
        + "<text x=\"\(fixed(place + 16))\" y=\"\(Self.height - 7)\">\(HTML.escaped(curve.name))</text>"
    }.joined()
  }

  /// Nothing is thinned without saying so.
  private func thinning(_ curves: [Curve]) -> String {
    let stride = curves.map { max(1, $0.points.count / Self.most) }.max() ?? 1
    return stride == 1 ? "" : "<p>every \(stride)th point is drawn</p>"
  }

  private func fixed(_ value: Double) -> String { NumberText.fixed(value, digits: 1) }
}
