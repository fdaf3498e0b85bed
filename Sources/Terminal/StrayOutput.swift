import CTerminal

/// What is printed to stdout or stderr while the screen is open, split into lines.
struct StrayOutput {
  private var rest: [UInt8] = []
  /// Of a flood of lines, only the last ones are shown.
  private static let mostLines = 20

  /// The lines completed since the last call, without control characters.
  mutating func lines() -> [String] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var finished: [String] = []
    while true {
      let count = bytes.withUnsafeMutableBytes {
        terminal_output_read($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
      }
      guard count > 0 else { break }
      rest += bytes.prefix(count)
      while let end = rest.firstIndex(where: { $0 == 10 || $0 == 13 }) {
        finished.append(Self.clean(rest[..<end]))
        rest.removeSubrange(...end)
      }
      finished = finished.suffix(Self.mostLines)
    }
    return finished.filter { !$0.isEmpty }
  }

  private static func clean(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter {
      $0.properties.generalCategory != .control
    }
    return String(String.UnicodeScalarView(text))
  }
}
