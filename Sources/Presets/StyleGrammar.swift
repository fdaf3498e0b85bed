import Plotting
import Spelling

/// The syntax of a style in a theme file: `COLOR` or `COLOR on COLOR`, then any of bold, dim, reverse, underline; after
/// the color of a chart line also dashed.
///
/// COLOR is `#RRGGBB`, `default` (the terminal's own) or one of the terminal's sixteen: `red`, `bright-blue`.
enum StyleGrammar {
  static let colorNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
  private static let attributes: [(name: String, bit: Style.Attributes)] = [
    ("bold", .bold), ("dim", .dim), ("reverse", .reverse), ("underline", .underline),
  ]

  /// What a style says.
  struct Reading {
    /// Colors and attributes; without a background, what lies below shows.
    var style: Style
    /// True for a chart line that is drawn dashed.
    var isDashed = false
  }

  /// Reads a style. Throws `SettingError`.
  static func style(_ text: String, isLine: Bool) throws -> Reading {
    var words = text.split(separator: " ").map(String.init)[...]
    guard let first = words.popFirst() else {
      throw SettingError("no style; use a color such as \"#8ab4f8\" or default")
    }
    var style = Style(try color(first)), isDashed = false
    if words.first == "on" {
      words.removeFirst()
      guard let behind = words.popFirst() else { throw SettingError("no color after 'on'; use 'COLOR on COLOR'") }
      style.background = try color(behind)
    }
    for word in words {
      if isLine, word == "dashed" {
        isDashed = true
        continue
      }
      guard let attribute = attributes.first(where: { $0.name == word }) else {
        if word == "dashed" { throw SettingError("only the lines of the charts can be dashed") }
        let near = nearestName(to: word, in: attributes.map(\.name)).map { " (did you mean '\($0)'?)" } ?? ""
        throw SettingError("'\(word)' is not an attribute; use bold, dim, reverse or underline\(near)")
      }
      style.attributes.insert(attribute.bit)
    }
    return Reading(style: style, isDashed: isDashed)
  }

  /// Reads a color. Throws `SettingError`.
  static func color(_ text: String) throws -> Color {
    if text == "default" { return .terminal }
    let digits = Array(text.utf8)
    if digits.count == 7, digits[0] == UInt8(ascii: "#"), digits.dropFirst().allSatisfy(isHexDigit),
      let value = UInt32(text.dropFirst(), radix: 16)
    {
      return .rgb(UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255))
    }
    let isBright = text.hasPrefix("bright-")
    if let place = colorNames.firstIndex(of: isBright ? String(text.dropFirst(7)) : text) {
      return .palette(UInt8(place + (isBright ? 8 : 0)))
    }
    let names = ["default"] + colorNames + colorNames.map { "bright-" + $0 }
    let near = nearestName(to: text, in: names).map { " (did you mean '\($0)'?)" } ?? ""
    throw SettingError(
      "'\(text)' is not a color; use \"#RRGGBB\", default, \(colorNames.joined(separator: ", ")) or bright-…\(near)")
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }
}
