import Foundation
import Plotting

/// Saves frames as files.
package enum FrameFile {
  /// Writes the frame to `STEM.svg` or the like, or else to the first of `STEM-2.svg`, … that is not there, and returns
  /// the name. Never overwrites. Throws `ScreenError` when it cannot write to the folder.
  package static func save(
    _ frame: CellBuffer, as format: FrameFormat, stem: String, in folder: String
  ) throws -> String {
    let data = Data(frame.contents(as: format).utf8)
    for number in 1...9999 {
      let name = stem + (number == 1 ? "" : "-\(number)") + ".\(format.rawValue)"
      do {
        try data.write(to: URL(fileURLWithPath: folder).appendingPathComponent(name), options: .withoutOverwriting)
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
}
