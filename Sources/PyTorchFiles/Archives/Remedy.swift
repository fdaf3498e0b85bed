import Foundation
import Spelling

/// The commands that turn another kind of file into one that can be read.
enum Remedy {
  static let saveAgain = "load it in Python and save its state dictionary again with torch.save"
  static let downloadAgain = "copy or download it again"

  /// A line of Python that loads this file and saves what `expression` makes of it (`x` is what was loaded).
  static func python(_ name: String, load: String, expression: String = "x") -> String {
    "python3 -c 'import torch; x = \(load.replacingOccurrences(of: "FILE", with: quoted(name))); "
      + "torch.save(\(expression), \"weights.pt\")'"
  }

  /// The name between double quotes, for Python inside a shell's single quotes.
  static func quoted(_ name: String) -> String {
    let escaped = name.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      .replacingOccurrences(of: "'", with: "'\\''")
    return "\"\(escaped)\""
  }

  /// The name between single quotes, for a shell.
  static func shell(_ name: String) -> String { "'\(name.replacingOccurrences(of: "'", with: "'\\''"))'" }

  /// `--key NAME`, on one line.
  static func key(_ name: String) -> String { oneLine(keyOption(name)) }
}
