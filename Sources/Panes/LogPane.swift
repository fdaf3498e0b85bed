import Events
import Plotting
import Readout
import Spelling

/// What libraries and the program itself printed while the screen was open, the latest at the bottom.
package struct LogPane: Scrollback {
  package static let id = "log"
  package static let title = "Log"
  package static let minimumSize = PaneSize(30, 4)
  package static let comfortableSize = PaneSize(44, 6)
  package static let priority = 1
  package static let keys: [PaneKey<LogPane>] = scrolling
  static let lineName = (one: "line", many: "lines")

  /// Lines that are kept; older ones go.
  package static let capacity = 1000

  private struct Line: Sendable, Hashable {
    let step: Int, text: String
  }

  package var filter: String? = "" { didSet { if filter != oldValue { back = 0 } } }
  private var all: [Line] = []
  /// Lines that have gone.
  private var dropped = 0
  var back = 0
  var lineCount: Int { lines.count }
  private var step = 0

  package init() {}

  package mutating func update(_ event: Event) {
    if case .sample(let sample) = event { step = sample.step }
  }

  package mutating func log(_ text: String) {
    let count = back > 0 ? lines.count : 0
    all.append(Line(step: step, text: oneLine(text)))
    // Whoever reads older lines stays there.
    if back > 0, lines.count > count { back += 1 }
    if all.count > Self.capacity {
      dropped += all.count - Self.capacity
      all.removeFirst(all.count - Self.capacity)
      back = min(back, max(0, lines.count - 1))
    }
  }

  private var lines: [Line] {
    guard let filter = filter?.lowercased(), !filter.isEmpty else { return all }
    return all.filter { $0.text.lowercased().contains(filter) }
  }

  package var note: String {
    let count = NumberText.count(all.count + dropped, "line")
    let part = filter.map { $0.isEmpty ? "" : "\"\($0)\": \(lines.count), " } ?? ""
    return all.isEmpty ? "" : part + (back > 0 ? "\(back) newer" : count)
  }

  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    let shown = lines.dropLast(back).suffix(rect.height)
    guard !shown.isEmpty else {
      let text = all.isEmpty ? "nothing was printed" : "no line contains that"
      buffer.write(text, x: rect.x + 1, y: rect.y, in: rect, style: context.theme.style(.faint))
      return
    }
    let stepWidth = max(4, displayWidth(String(shown.last?.step ?? 0)) + 1)
    for (row, line) in shown.enumerated() {
      let y = rect.y + row, x = rect.x + stepWidth + 1
      buffer.write(
        leftPadded(String(line.step), to: stepWidth), x: rect.x, y: y, in: rect, style: context.theme.style(.axis))
      buffer.write(
        clipped(line.text, to: max(0, rect.x + rect.width - x)), x: x, y: y, in: rect,
        style: context.theme.style(.text))
    }
  }

  package func describe() -> String {
    guard let last = all.last else { return "Log: nothing was printed." }
    return "Log: \(NumberText.count(all.count + dropped, "line")). Last, at step \(last.step): \(last.text)"
  }
}
