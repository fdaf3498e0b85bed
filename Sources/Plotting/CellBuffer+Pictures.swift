/// A frame as a picture: the outlets for documents and slides.
extension CellBuffer {
  /// Columns of a row that look the same.
  private struct Run {
    let x: Int
    var text: String
    let style: Style
  }

  private func runs(inRow y: Int) -> [Run] {
    var runs: [Run] = []
    for x in 0..<width {
      let cell = self[x, y]
      if let last = runs.last, last.style == cell.style {
        runs[runs.count - 1].text.unicodeScalars.append(cell.scalar)
      } else {
        runs.append(Run(x: x, text: String(Character(cell.scalar)), style: cell.style))
      }
    }
    return runs
  }

  /// The frame as an SVG picture; text stays text.
  package var svg: String {
    let (cellWidth, cellHeight) = (8.4, 17.0)
    func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(Double(width) * cellWidth))\" "
        + "height=\"\(number(Double(height) * cellHeight))\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
        + "font-size=\"14\"><rect width=\"100%\" height=\"100%\" fill=\"\(Screen.background)\"/>"
    ]
    for y in 0..<height {
      for run in runs(inRow: y) {
        let colors = Screen.colors(of: run.style), left = number(Double(run.x) * cellWidth)
        let extent = number(Double(run.text.unicodeScalars.count) * cellWidth)
        if colors.background != Screen.background {
          parts.append(
            "<rect x=\"\(left)\" y=\"\(number(Double(y) * cellHeight))\" width=\"\(extent)\" height=\"\(cellHeight)\" "
              + "fill=\"\(colors.background)\"/>")
        }
        guard run.text.contains(where: { $0 != " " }) else { continue }
        let weight = run.style.attributes.contains(.bold) ? " font-weight=\"bold\"" : ""
        parts.append(
          "<text x=\"\(left)\" y=\"\(number(Double(y) * cellHeight + 13))\" fill=\"\(colors.foreground)\"\(weight) "
            + "textLength=\"\(extent)\" xml:space=\"preserve\">\(Screen.escaped(run.text))</text>")
      }
    }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The frame as an HTML page.
  package var html: String {
    let rows = (0..<height).map { y in
      runs(inRow: y).map { run in
        let colors = Screen.colors(of: run.style)
        let weight = run.style.attributes.contains(.bold) ? ";font-weight:bold" : ""
        return "<span style=\"color:\(colors.foreground);background:\(colors.background)\(weight)\">"
          + "\(Screen.escaped(run.text))</span>"
      }.joined()
    }
    return "<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body style=\"background:\(Screen.background)\">"
      + "<pre style=\"font:14px/1.2 'DejaVu Sans Mono',Menlo,Consolas,monospace\">\n" + rows.joined(separator: "\n")
      + "\n</pre></body></html>\n"
  }
}

/// How a picture shows the colors of a terminal.
private enum Screen {
  static let background = "#10151b", foreground = "#d0d7de"
  /// The 16 named colors, as xterm has them.
  private static let palette = [
    "#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5", "#666666", "#f14c4c",
    "#23d18b",
    "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
  ]

  static func colors(of style: Style) -> (foreground: String, background: String) {
    let isReverse = style.attributes.contains(.reverse)
    let front = hex(style.foreground, otherwise: foreground), back = hex(style.background, otherwise: background)
    let dimmed = style.attributes.contains(.dim) && style.foreground == .terminal ? "#7d8590" : front
    return isReverse ? (back, dimmed) : (dimmed, back)
  }

  private static func hex(_ color: Color, otherwise usual: String) -> String {
    switch color {
    case .terminal: usual
    case .palette(let number): palette[Int(number) % palette.count]
    case .rgb(let red, let green, let blue):
      "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
