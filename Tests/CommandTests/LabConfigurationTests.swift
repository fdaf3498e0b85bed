import Foundation
import Lab
import TestSupport
import Testing

@testable import Commands

/// What the lab remembers between two sittings: never in the home folder of whoever runs the tests.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LabConfigurationTests {
  private struct Place {
    let folder: URL
    var variables: [String: String] { ["XDG_CONFIG_HOME": folder.path, "HOME": "/nowhere"] }
    var file: URL { folder.appendingPathComponent("dualab/lab.yaml") }

    init() throws { folder = try BuiltProgram.newFolder() }

    func write(_ text: String) throws {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
  }

  private func memory() -> LabMemory {
    var memory = LabMemory()
    (memory.theme, memory.layout, memory.hidden, memory.added) = ("paper", "attack", ["journal"], ["system"])
    memory.panes = ["loss": ["log": "true", "smoothing": "light"], "images": ["image": "7"]]
    return memory
  }

  @Test func whatIsRememberedComesBack() throws {
    let place = try Place()
    defer { try? FileManager.default.removeItem(at: place.folder) }
    let first = LabConfiguration(environment: place.variables)
    #expect(first.memory == LabMemory() && first.complaint == nil)
    first.remember(memory())
    #expect(LabConfiguration(environment: place.variables).memory == memory())
    let files = try FileManager.default.contentsOfDirectory(atPath: place.file.deletingLastPathComponent().path)
    #expect(files == ["lab.yaml"])
  }

  @Test func whatHasNotChangedIsNotWritten() throws {
    let place = try Place()
    defer { try? FileManager.default.removeItem(at: place.folder) }
    LabConfiguration(environment: place.variables).remember(memory())
    let text = try String(contentsOf: place.file, encoding: .utf8).replacing("# How", with: "# MINE: how")
    try place.write(text)
    LabConfiguration(environment: place.variables).remember(memory())
    #expect(try String(contentsOf: place.file, encoding: .utf8) == text)
  }

  @Test func aForeignFileIsSaidAndLeftAlone() throws {
    let place = try Place()
    defer { try? FileManager.default.removeItem(at: place.folder) }
    try place.write("theme: paper\n")
    let configuration = LabConfiguration(environment: place.variables)
    #expect(configuration.memory == LabMemory())
    #expect(configuration.complaint?.contains("not written by this version of the lab") == true)
    configuration.remember(memory())
    #expect(try String(contentsOf: place.file, encoding: .utf8) == "theme: paper\n")
  }

  @Test func switchedOffItNeitherReadsNorWrites() throws {
    let place = try Place()
    defer { try? FileManager.default.removeItem(at: place.folder) }
    try place.write("theme: paper\n")
    let configuration = LabConfiguration(environment: place.variables, isOff: true)
    #expect(configuration.complaint == nil && configuration.memory == LabMemory())
    configuration.remember(memory())
    #expect(try String(contentsOf: place.file, encoding: .utf8) == "theme: paper\n")
  }

  @Test func aLabBeginsAsTheLastOneWasLeft() async throws {
    let place = try Place()
    defer { try? FileManager.default.removeItem(at: place.folder) }
    let program = try BuiltProgram.file().path
    let lab = { (name: String, options: [String]) in
      try TmuxSession(
        [program, "lab", "--out", place.folder.appendingPathComponent(name).path, "--steps", "100000"]
          + SmallRun.options + options,
        environment: ["XDG_CONFIG_HOME": place.folder.path])
    }
    let first = try lab("one", [])
    defer { first.end() }
    try await first.wait(for: "training")
    try first.press("p", "s")
    try await first.wait(for: "9 Attack")
    try first.press("C-c", "C-c")
    _ = try await first.exitStatus()
    #expect(try String(contentsOf: place.file, encoding: .utf8).contains("layout: \"attack\""))

    let second = try lab("two", [])
    defer { second.end() }
    try await second.wait(for: "no attack yet; A attacks a copy")
    try second.press("C-c", "C-c")
    let third = try lab("three", ["--no-config"])
    defer { third.end() }
    let usual = try await third.wait(for: "4 Distributions")
    #expect(!usual.contains("no attack yet"))
    try place.write("what: is this\n")
    let fourth = try lab("four", [])
    defer { fourth.end() }
    try await fourth.wait(for: "not written by this version of the lab")
    for session in [third, fourth] { try session.press("C-c", "C-c") }
  }
}
