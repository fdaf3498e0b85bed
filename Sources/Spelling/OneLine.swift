/// The text with line ends and other control characters written out, `\n`: safe for one line of a terminal or a log.
///
/// Error messages repeat what files and people wrote; this keeps them from moving the cursor or coloring the screen.
package func oneLine(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
    default: line.unicodeScalars.append(scalar)
    }
  }
  return line
}
