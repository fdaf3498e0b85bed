/// The text with line ends and everything else that steers a terminal written out, `\n`: safe for one line of a
/// terminal or a log.
///
/// Error messages repeat what files and people wrote; this keeps them from moving the cursor, coloring the screen, or
/// reordering what is read.
package func oneLine(_ text: String) -> String { cleaned(text, keeping: []) }

/// The same for text of several lines: line ends and tabs stay. What every text for a person passes before it leaves
/// the program.
package func printable(_ text: String) -> String { cleaned(text, keeping: ["\n", "\t"]) }

/// JSON with what `printable` would write out escaped as JSON does, `\u202e`. JSON has such characters in texts only.
package func printableJSON(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { steers($0) && $0 != "\n" }) else { return text }
  var json = ""
  for scalar in text.unicodeScalars {
    guard steers(scalar), scalar != "\n" else {
      json.unicodeScalars.append(scalar)
      continue
    }
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
  return json
}

private func cleaned(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
  guard text.unicodeScalars.contains(where: { steers($0) && !kept.contains($0) }) else { return text }
  var line = ""
  for scalar in text.unicodeScalars {
    if steers(scalar), !kept.contains(scalar) {
      // Beyond ASCII, Swift escapes only on request.
      line += scalar.escaped(asASCII: true)
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// True for what a terminal or reader obeys instead of showing it: C0, DEL and C1, line and paragraph separators, and
/// format characters (directions of text, marks without width), but for the joiners that scripts and emoji need.
private func steers(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x20...0x7E, 0x200C, 0x200D: return false
  default: break
  }
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .format: return true
  default: return false
  }
}
