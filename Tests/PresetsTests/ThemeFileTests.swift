import Foundation
import Plotting
import Presets
import Testing

/// A theme file with `default` for every role, except where `lines` gives another line for a key; nil drops it.
private func text(_ lines: KeyValuePairs<String, String?> = [:]) -> String {
  var order = ["name", "description"] + Theme.Role.allCases.map(\.rawValue)
  var values: [String: String?] = ["name": "x", "description": "a theme"]
  for role in Theme.Role.allCases { values[role.rawValue] = "default" }
  for (key, value) in lines {
    if values[key] == nil { order.append(key) }
    values[key] = .some(value)
  }
  return order.compactMap { key in values[key].flatMap { $0 }.map { "\(key): \($0)" } }.joined(separator: "\n")
}

private func load(_ text: String) throws -> ThemeFile { try ThemeFile(Array(text.utf8), path: "themes/x.yaml") }

private func message(_ text: String) -> String {
  do {
    _ = try load(text)
    return ""
  } catch { return "\(error)" }
}

@Suite struct ThemeFileTests {
  @Test(arguments: [
    ("default", Style()), ("red", Style(.palette(1))), ("bright-blue", Style(.palette(12))),
    ("white on black", Style(.palette(7), on: .palette(0))),
    ("\"#8AB4f8\"", Style(.rgb(0x8A, 0xB4, 0xF8))),
    ("\"#010203 on #fffefd bold\"", Style(.rgb(1, 2, 3), on: .rgb(255, 254, 253), .bold)),
    ("default dim reverse underline", Style(.terminal, on: .terminal, [.dim, .reverse, .underline])),
    ("default on default bold", Style(.terminal, on: .terminal, .bold)),
  ]) func aStyleIsColorsAndAttributes(written: String, style: Style) throws {
    #expect(try load(text(["kl": written])).theme[.kl] == style)
  }

  @Test func theBackgroundIsUsedByStylesWithoutTheirOwn() throws {
    let file = try load(text(["background": "\"#102030\"", "kl": "red", "alarm": "red on white"]))
    #expect(file.theme.background == .rgb(0x10, 0x20, 0x30))
    #expect(file.theme[.text] == Style(.terminal, on: .rgb(0x10, 0x20, 0x30)))
    #expect(file.theme[.kl].background == file.theme.background && file.theme[.alarm].background == .palette(7))
  }

  @Test(arguments: Theme.Role.allCases) func noRoleMayBeMissing(role: Theme.Role) {
    #expect(
      message(text([role.rawValue: nil]))
        == "themes/x.yaml: missing: \(role.rawValue); a theme must set every part")
  }

  @Test func mistakesAreNamedWithFileLineAndRemedy() {
    let colors = "use \"#RRGGBB\", default, black, red, green, yellow, blue, magenta, cyan, white or bright-…"
    let line = 2 + Theme.Role.allCases.count + 1
    #expect(
      message(text(["txet": "red"])) == "themes/x.yaml:\(line): 'txet' is not part of a theme; did you mean 'text'?")
    #expect(
      message(text(["text": "redd"]))
        == "themes/x.yaml:3: text: 'redd' is not a color; \(colors) (did you mean 'red'?)")
    #expect(message(text(["text": "\"#12345\""])) == "themes/x.yaml:3: text: '#12345' is not a color; \(colors)")
    #expect(message(text(["text": "\"#12345g\""])) == "themes/x.yaml:3: text: '#12345g' is not a color; \(colors)")
    #expect(message(text(["text": "bold"])) == "themes/x.yaml:3: text: 'bold' is not a color; \(colors)")
    #expect(
      message(text(["text": "red on"])) == "themes/x.yaml:3: text: no color after 'on'; use 'COLOR on COLOR'")
    #expect(
      message(text(["text": "red blod"]))
        == "themes/x.yaml:3: text: 'blod' is not an attribute; use bold, dim, reverse or underline (did you mean 'bold'?)"
    )
    #expect(
      message(text(["text": "#ffffff"]))
        == "themes/x.yaml:3: text has no value; quote a color that starts with #, e.g. \"#8ab4f8\"")
    #expect(
      message(text(["background": "purple"])).hasPrefix("themes/x.yaml:\(line): background: 'purple' is not a color"))
    #expect(message(text(["name": "y"])) == "themes/x.yaml: name: 'y' does not match the file name; use 'x'")
    #expect(
      message(text(["description": nil])) == "themes/x.yaml: missing: description; a theme must set every part")
  }

  @Test func onlyLinesOfChartsCanBeDashed() throws {
    let theme = try load(text(["kl": "red dashed", "total": "blue bold dashed"])).theme
    #expect(theme.dashed == [.kl, .total] && theme[.total] == Style(.palette(4), on: .terminal, .bold))
    #expect(
      message(text(["text": "red dashed"])) == "themes/x.yaml:3: text: only the lines of the charts can be dashed")
  }

  @Test func whatIsHardToSeeIsNamedWithItsAmount() throws {
    let file = try load(
      text([
        "background": "\"#000000\"", "text": "\"#333333\"", "kl": "\"#8080c0\"", "clean": "\"#8080b8\"",
        "border": "\"#333333\"",
      ]))
    let start = "themes/x.yaml: "
    #expect(file.warnings.contains(start + "text: contrast 1.7 against its background; needs 4.5 or more"))
    #expect(file.warnings.contains(start + "text: the color of border; text needs a color of its own"))
    let lines =
      "clean and kl, normal vision: difference 1.7 (ΔE 2000); needs 15.0 or more, or 'dashed' after one of the colors"
    #expect(file.warnings.contains(start + lines))
    let dashed = try load(text(["background": "\"#000000\"", "kl": "\"#8080c0 dashed\"", "clean": "\"#8080b8\""]))
    #expect(!dashed.warnings.contains { $0.contains("clean and kl") })
  }
}
