/// A colour of the screen: the terminal's own, one of its 16 named ones, or red-green-blue for the outlets to approximate.
public enum Color: Sendable, Hashable {
  case terminal
  case palette(UInt8)
  case rgb(UInt8, UInt8, UInt8)
}

/// How a cell looks.
public struct Style: Sendable, Hashable {
  /// Colour of the character.
  public var foreground: Color
  /// Colour behind it.
  public var background: Color
  /// Bold, dim, reverse, underline.
  public var attributes: Attributes

  /// The bits that a monochrome terminal has too.
  public struct Attributes: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt8
    /// From bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Brighter or heavier.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter.
    public static let dim = Attributes(rawValue: 2)
    /// Foreground and background swapped.
    public static let reverse = Attributes(rawValue: 4)
    /// Underlined.
    public static let underline = Attributes(rawValue: 8)
  }

  /// The terminal's own colours unless said otherwise.
  public init(_ foreground: Color = .terminal, on background: Color = .terminal, _ attributes: Attributes = []) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }
}

/// One character cell. Every scalar drawn by the lab is one column wide.
public struct Cell: Sendable, Hashable {
  /// The character.
  public var scalar: Unicode.Scalar
  /// How it looks.
  public var style: Style

  /// A cell.
  public init(_ scalar: Unicode.Scalar = " ", _ style: Style = Style()) {
    self.scalar = scalar
    self.style = style
  }
}
