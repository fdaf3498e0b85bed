/// A pane that shows lines with the latest at the bottom, and is scrolled back to older ones.
protocol Scrollback: Pane {
  /// What the help calls its lines: `entry`, `entries`.
  static var lineName: (one: String, many: String) { get }
  /// Lines that there are.
  var lineCount: Int { get }
  /// Lines between the latest and the last one shown.
  var back: Int { get set }
}

extension Scrollback {
  static var scrolling: [PaneKey<Self>] {
    let (one, many) = lineName
    return [
      KeyBinding([.up], footer: FooterWord("↑/↓", "scroll"), "scroll to older \(many)", when: { $0.lineCount > 1 }) {
        $0.scroll(by: 1)
      },
      KeyBinding([.down], "scroll to newer \(many)", when: { $0.back > 0 }) { $0.scroll(by: -1) },
      KeyBinding([.pageUp], "ten \(many) older", when: { $0.lineCount > 1 }) { $0.scroll(by: 10) },
      KeyBinding([.pageDown], "ten \(many) newer", when: { $0.back > 0 }) { $0.scroll(by: -10) },
      KeyBinding([.home], "oldest \(one)", when: { $0.lineCount > 1 }) { $0.scroll(by: $0.lineCount) },
      KeyBinding([.end], "newest \(one)", when: { $0.back > 0 }) { $0.scroll(by: -$0.lineCount) },
    ]
  }

  private mutating func scroll(by count: Int) -> [PaneRequest] {
    back = min(max(0, back + count), max(0, lineCount - 1))
    return []
  }
}
