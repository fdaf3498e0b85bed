import Foundation
import Plotting

/// Saves frames as text files.
package enum FrameFile {
  /// Writes the frame to `dualab-frame-N.txt` with the first unused N, and returns the name. Throws `ScreenError` when
  /// it cannot write to the folder.
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
          description: "cannot save the frame in \(folder); start dualab in a folder you can write to")
      }
    }
    throw ScreenError(description: "cannot save the frame: all file names in \(folder) are taken; delete some")
  }

  private static func trimmed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
