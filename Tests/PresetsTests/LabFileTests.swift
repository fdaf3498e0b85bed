import Foundation
import Presets
import Testing

/// The file in which the lab remembers how it looks.
@Suite struct LabFileTests {
  private func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lab-file-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }

  @Test func itIsWhereTheUserKeepsConfiguration() {
    let home = ["HOME": "/home/me"]
    #expect(LabFile.path(environment: home) == "/home/me/.config/dualab/lab.yaml")
    #expect(LabFile.path(environment: home.merging(["XDG_CONFIG_HOME": "/c"]) { $1 }) == "/c/dualab/lab.yaml")
    // The specification asks to ignore what is no whole path.
    for wrong in ["", "relative"] {
      let variables = home.merging(["XDG_CONFIG_HOME": wrong]) { $1 }
      #expect(LabFile.path(environment: variables) == "/home/me/.config/dualab/lab.yaml")
    }
    #expect(LabFile.path(environment: [:]) == nil)
  }

  @Test func whatIsWrittenComesBack() throws {
    let folder = try folder(), path = "\(folder)/lab.yaml"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let values = [
      "theme": "midnight", "layout": "no", "hidden": "", "loss.log": "true", "distributions.layer": "a: \"b\" \\ #c",
      "images.image": "012",
    ]
    try LabFile(values).text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try LabFile(path: path).values == values)
  }

  @Test(arguments: ["theme: midnight\n", "lab.version: 2\ntheme: x\n", "- a\n- b\n", "", "a: [1", "\u{0}\u{1}"])
  func aFileOfSomebodyElseIsRefusedInOneLine(text: String) throws {
    let folder = try folder(), path = "\(folder)/lab.yaml"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: ResourceError.self) { try LabFile(path: path) }
    #expect(error?.description.hasPrefix(path) == true && error?.description.contains("\n") == false)
  }
}
