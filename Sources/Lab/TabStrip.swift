import Panes
import Plotting

/// The strip that has every pane by number and name; names are cut where not all of them have room.
struct TabStrip {
  /// The texts of all panes, in their order, with the blanks around them.
  let texts: [String]

  /// The strip of these titles in a number of columns. The panes in `shown` are on the screen, with their titles: their
  /// names are the first to go, except that of the focused one.
  init(_ titles: [String], focus: Int, shown: Set<Int>, width: Int) {
    func texts(cut: Int, blank: String, namesShown: Bool = false) -> [String] {
      titles.enumerated().map { index, title in
        let hasName = index == focus || namesShown || !shown.contains(index)
        let name = index == focus ? title : hasName ? String(title.prefix(cut)) : ""
        return blank + "\(index + 1)" + (name.isEmpty ? "" : " \(name)") + blank
      }
    }
    func fits(_ texts: [String]) -> Bool { texts.reduce(1) { $0 + displayWidth($1) } <= width }
    let longest = titles.map(\.count).max() ?? 0
    let whole = texts(cut: longest, blank: " ", namesShown: true)
    let wide = [longest, 6, 5, 4, 0].map { texts(cut: $0, blank: " ") }
    if let strip = ([whole] + wide).first(where: fits) {
      self.texts = strip
      return
    }
    // One blank between two numbers has to do.
    let narrow = texts(cut: 0, blank: "").map { $0 + " " }
    let excess = narrow.reduce(1) { $0 + displayWidth($1) } - width
    self.texts = narrow.enumerated().map { index, text in
      index == focus && excess > 0 ? clipped(text, to: max(3, displayWidth(text) - excess - 1)) + " " : text
    }
  }
}
