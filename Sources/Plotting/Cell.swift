/// A color of the screen: the terminal's own, one of its 16 named ones, or red-green-blue for the outlets to
/// approximate.
package enum Color: Sendable, Hashable {
  case terminal
  case palette(UInt8)
  case rgb(UInt8, UInt8, UInt8)
}

/// How a cell looks.
package struct Style: Sendable, Hashable {
  /// Color of the character.
  package var foreground: Color
  /// Color behind it.
  package var background: Color
  /// Bold, dim, reverse, underline.
  package var attributes: Attributes

  /// The bits that a monochrome terminal has too.
  package struct Attributes: OptionSet, Sendable, Hashable {
    /// The bits.
    package let rawValue: UInt8
    /// From bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Brighter or heavier.
    package static let bold = Attributes(rawValue: 1)
    /// Fainter.
    package static let dim = Attributes(rawValue: 2)
    /// Foreground and background swapped.
    package static let reverse = Attributes(rawValue: 4)
    /// Underlined.
    package static let underline = Attributes(rawValue: 8)
  }

  /// The terminal's own colors unless said otherwise.
  package init(_ foreground: Color = .terminal, on background: Color = .terminal, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

/// One character cell. Every scalar drawn by the lab is one column wide.
package struct Cell: Sendable, Hashable {
  /// The character.
  package var scalar: Unicode.Scalar
  /// How it looks.
  package var style: Style

  /// A cell.
  package init(_ scalar: Unicode.Scalar = " ", _ style: Style = Style()) {
    self.scalar = scalar
    self.style = style
  }
}
