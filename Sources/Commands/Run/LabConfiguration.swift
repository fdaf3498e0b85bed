import Foundation
import Lab
import Presets
import Tensors

/// What the lab remembers from one time to the next: read from its file, and written when a screen is left.
final class LabConfiguration: Sendable {
  /// What was found; nothing where there is no file, or one that cannot be used.
  let memory: LabMemory
  /// Why the file is not used, in one line; nil when it is, or when there is none.
  let complaint: String?
  /// Where it is written; nil for nowhere.
  private let path: String?

  /// Reads the file of a user with these variables; with `isOff` there is none.
  init(environment: [String: String], isOff: Bool = false) {
    guard !isOff, let path = LabFile.path(environment: environment), FileManager.default.fileExists(atPath: path) else {
      (memory, complaint) = (LabMemory(), nil)
      path = isOff ? nil : LabFile.path(environment: environment)
      return
    }
    do {
      memory = LabMemory(try LabFile(path: path))
      (complaint, self.path) = (nil, path)
    } catch {
      memory = LabMemory()
      complaint = "\(error); the lab begins with its defaults and leaves the file alone (--no-config says nothing)"
      // A file that is somebody else's is not overwritten.
      self.path = nil
    }
  }

  /// Remembers how a screen was left. What cannot be written is forgotten: it is a convenience.
  @Sendable func remember(_ memory: LabMemory) {
    guard let path, memory != self.memory else { return }
    let url = URL(fileURLWithPath: path)
    try? FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? AtomicFile.write(Data(LabFile(memory).text.utf8), to: url)
  }
}

extension LabMemory {
  /// What a file says; what it does not know is left out.
  init(_ file: LabFile) {
    self.init()
    let words = { (key: String) in (file.values[key] ?? "").split(separator: " ").map(String.init) }
    theme = file.values["theme"]
    layout = file.values["layout"]
    (hidden, added) = (words("hidden"), words("added"))
    for (key, value) in file.values {
      let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2 { panes[parts[0], default: [:]][parts[1]] = value }
    }
  }
}

extension LabFile {
  init(_ memory: LabMemory) {
    self.init(["hidden": memory.hidden.joined(separator: " "), "added": memory.added.joined(separator: " ")])
    values["theme"] = memory.theme
    values["layout"] = memory.layout
    for (pane, settings) in memory.panes {
      for (name, value) in settings { values["\(pane).\(name)"] = value }
    }
  }
}
