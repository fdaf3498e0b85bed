import Panes
import Plotting

/// A dialog with choices of which one is highlighted; enter does what the highlight is on.
protocol ChoiceDialog: Dialog {
  /// One of the choices.
  associatedtype Choice: Sendable
  /// What can be chosen, in order.
  var choices: [Choice] { get }
  /// Index of the highlighted choice.
  var selected: Int { get set }
  /// What a choice does.
  func answer(_ choice: Choice) -> [DialogRequest]
  /// The key of a choice and what it does, in words.
  func words(_ choice: Choice) -> (key: String, text: String)
}

extension ChoiceDialog {
  package var selectedItem: Int? {
    get { selected }
    set { if let newValue, choices.indices.contains(newValue) { selected = newValue } }
  }

  static var choosing: [DialogKey<Self>] {
    [
      DialogKey([.up, .left, .backTab], footer: FooterWord("↑/↓", "choose"), "previous choice") { $0.move(by: -1) },
      DialogKey([.down, .right, .tab], "next choice") { $0.move(by: 1) },
      DialogKey([.enter], footer: FooterWord("enter", "confirm"), "confirm the highlighted choice") {
        $0.answer($0.choices[$0.selected])
      },
    ]
  }

  private mutating func move(by count: Int) -> [DialogRequest] {
    selected = (selected + count + choices.count) % choices.count
    return []
  }

  /// Every choice with its key; long choices are wrapped where there is room for words at all.
  func choiceLines(width: Int) -> [[Span]] {
    let blocks = choices.map { choice in
      let (key, text) = words(choice), room = width - 6
      let parts = displayWidth(text) <= room || room < 12 ? [text] : wrapped(text, to: room)
      return parts.enumerated().map { row, part in (row == 0 ? " \(key)  " : "    ") + part + " " }
    }
    let longest = min(width, 1 + (blocks.joined().map(displayWidth).max() ?? 0))
    return blocks.enumerated().flatMap { index, block in
      block.enumerated().map { row, text in
        let line = (index == selected && row == 0 ? "▸" : " ") + text
        let shown = width < 3 ? String(line.prefix(width)) : clipped(padded(line, to: longest), to: width)
        return [Span(shown, index == selected ? .selected : .dialog, item: index)]
      }
    }
  }
}
