import CTerminal

/// What was printed to standard output or standard error while the screen is open, cut into lines.
struct StrayOutput {
  private var rest: [UInt8] = []
  /// A flood is shown by its end.
  private static let mostLines = 20

  /// The lines finished since the last call, without control characters.
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
