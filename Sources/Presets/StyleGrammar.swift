import Plotting
import Spelling

/// How a theme file writes a style: `COLOUR`, `COLOUR on COLOUR`, then any of bold, dim, reverse, underline.
///
/// COLOUR is `#RRGGBB`, `default` (the terminal's own) or one of the terminal's sixteen: `red`, `bright-blue`.
enum StyleGrammar {
  static let colourNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
  private static let attributes: [(name: String, bit: Style.Attributes)] = [
    ("bold", .bold), ("dim", .dim), ("reverse", .reverse), ("underline", .underline),
  ]

  /// Reads a style. `background` is what lies behind it unless it says otherwise. Throws `SettingError`.
  static func style(_ text: String, background: Color) throws -> Style {
    var words = text.split(separator: " ").map(String.init)[...]
    guard let first = words.popFirst() else {
      throw SettingError("no style; give a colour such as \"#8ab4f8\" or default")
    }
    var style = Style(try colour(first), on: background)
    if words.first == "on" {
      words.removeFirst()
      guard let behind = words.popFirst() else { throw SettingError("'on' lacks its colour; give 'COLOUR on COLOUR'") }
      style.background = try colour(behind)
    }
    for word in words {
      guard let attribute = attributes.first(where: { $0.name == word }) else {
        let near = nearestName(to: word, in: attributes.map(\.name)).map { " (did you mean '\($0)'?)" } ?? ""
        throw SettingError("'\(word)' is not an attribute; give bold, dim, reverse or underline\(near)")
      }
      style.attributes.insert(attribute.bit)
    }
    return style
  }

  /// Reads a colour. Throws `SettingError`.
  static func colour(_ text: String) throws -> Color {
    if text == "default" { return .terminal }
    let digits = Array(text.utf8)
    if digits.count == 7, digits[0] == UInt8(ascii: "#"), digits.dropFirst().allSatisfy(isHexDigit),
      let value = UInt32(text.dropFirst(), radix: 16)
    {
      return .rgb(UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
    }
    let isBright = text.hasPrefix("bright-")
    if let place = colourNames.firstIndex(of: isBright ? String(text.dropFirst(7)) : text) {
      return .palette(UInt8(place + (isBright ? 8 : 0)))
    }
    let names = ["default"] + colourNames + colourNames.map { "bright-" + $0 }
    let near = nearestName(to: text, in: names).map { " (did you mean '\($0)'?)" } ?? ""
    throw SettingError(
      "'\(text)' is not a colour; give \"#RRGGBB\", default, \(colourNames.joined(separator: ", ")) or bright-…\(near)")
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }
}
