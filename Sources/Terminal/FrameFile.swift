import Foundation
import Plotting

/// Frames saved as text files.
package enum FrameFile {
  /// Writes the frame as `dualab-frame-N.txt` with the first N that is free; the answer is the name.
  /// Throws a `ScreenError` when the folder cannot be written.
  package static func save(_ frame: CellBuffer, in folder: String) throws -> String {
    for number in 1... {
      let name = "dualab-frame-\(number).txt"
      let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
      do {
        try Data((trimmed(frame.text) + "\n").utf8).write(to: file, options: .withoutOverwriting)
        return name
      } catch CocoaError.fileWriteFileExists {
        continue
      } catch {
        throw ScreenError(
          description: "the frame cannot be saved: \(folder) does not take a file; start in a folder you can write to")
      }
    }
    throw ScreenError(description: "the frame cannot be saved: no number is free in \(folder)")
  }

  private static func trimmed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
