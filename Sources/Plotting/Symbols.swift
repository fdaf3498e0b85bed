/// The ladder of characters that lines are drawn with; lower rungs need less of the font.
package enum Symbols: String, Sendable, Hashable, CaseIterable {
  /// 2×4 dots a cell.
  case braille
  /// 2×2 quadrants a cell.
  case block
  /// Three heights a cell; the frame holds ASCII only.
  case ascii

  /// Dots of one cell: columns, rows.
  package var dots: (x: Int, y: Int) {
    switch self {
    case .braille: (2, 4)
    case .block: (2, 2)
    case .ascii: (1, 3)
    }
  }

  /// The bit of a dot in a cell's mask, row by row from the top left.
  func bit(x: Int, y: Int) -> UInt8 { 1 << UInt8(y * dots.x + x) }

  /// The character that shows a mask of dots.
  func scalar(mask: UInt8) -> Unicode.Scalar {
    switch self {
    case .braille: Symbols.brailleScalar(mask)
    case .block: Symbols.quadrants[Int(mask & 15)]
    case .ascii: Symbols.heights[Int(mask & 7)]
    }
  }

  /// Bits in the order of Unicode's Braille block: left column 1 2 3 7, right column 4 5 6 8.
  private static let brailleBits: [UInt8] = [1, 8, 2, 16, 4, 32, 64, 128]

  private static func brailleScalar(_ mask: UInt8) -> Unicode.Scalar {
    var pattern: UInt32 = 0
    for (index, bit) in brailleBits.enumerated() where mask & (1 << UInt8(index)) != 0 { pattern |= UInt32(bit) }
    return Unicode.Scalar(0x2800 + pattern) ?? " "
  }

  private static let quadrants: [Unicode.Scalar] = [
    " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
  ]

  /// Top dot 1, middle dot 2, bottom dot 4.
  private static let heights: [Unicode.Scalar] = [" ", "'", "-", "!", ".", ":", "i", "|"]
}
