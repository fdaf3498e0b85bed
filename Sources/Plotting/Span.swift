/// A piece of text and what it is for.
package struct Span: Sendable, Hashable {
  /// The text.
  package var text: String
  /// What it is for; the theme knows how that looks.
  package var role: Theme.Role
  /// The item of a list that its line belongs to; nil outside of lists.
  package var item: Int?

  /// A piece of text.
  package init(_ text: String, _ role: Theme.Role = .text, item: Int? = nil) {
    self.text = text
    self.role = role
    self.item = item
  }
}

extension CellBuffer {
  /// Writes pieces of text one behind the other; the row of an item is noted as its spot. Returns the column behind the
  /// last.
  @discardableResult
  package mutating func write(
    _ spans: [Span], x: Int, y: Int, in clip: Rect, theme: Theme, over base: Theme.Role = .text
  ) -> Int {
    if let item = spans.lazy.compactMap(\.item).first, y >= clip.y, y < clip.y + clip.height {
      spots.append(Spot(Rect(x: clip.x, y: y, width: clip.width, height: 1), .item(item)))
    }
    return spans.reduce(x) { write($1.text, x: $0, y: y, in: clip, style: theme.style($1.role, over: base)) }
  }
}

extension [Span] {
  /// Columns that all pieces take.
  package var displayWidth: Int { reduce(0) { $0 + Plotting.displayWidth($1.text) } }
}
