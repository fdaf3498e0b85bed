import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Commands

/// Each file `NameCommand.swift` is a command, and the catalogue lists them all.
@Suite struct CommandCatalogueTests {
  private static let commands = DualabCommand.configuration.subcommands

  @Test func theCatalogueListsTheCommandOfEveryFile() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Commands")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
      .compactMap { ($0 as? URL)?.lastPathComponent }
    let types = files.filter { $0.hasSuffix("Command.swift") }.map { String($0.dropLast(".swift".count)) }
    let listed = Self.commands.map { "\($0)" }
    #expect(listed.count > 10 && Set(listed).count == listed.count)
    #expect(Set(listed + ["DualabCommand"]) == Set(types))
  }

  @Test func everyFolderHasACommand() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Commands")
    let folders = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.hasDirectoryPath }
    #expect(
      folders.map(\.lastPathComponent).sorted() == [
        "Attack", "Convert", "Data", "Diagnose", "Lists", "Replay", "Run", "Runs", "Suite", "Watch", "Weights",
      ])
    for folder in folders {
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.contains { $0.hasSuffix("Command.swift") }, "\(folder.lastPathComponent)")
    }
  }

  @Test(arguments: commands.map { $0.configuration.commandName ?? "" })
  func everyHelpPageFitsAndSaysWhatTheCommandDoes(name: String) throws {
    let command = try #require(Self.commands.first { $0.configuration.commandName == name })
    #expect(command.configuration.abstract.hasSuffix(".") && command.configuration.abstract.count > 20)
    for type in [command] + command.configuration.subcommands {
      let page = DualabCommand.helpMessage(for: type, columns: 80)
      let words = name + (type == command ? "" : " \(type.configuration.commandName ?? "")")
      #expect(page.contains("USAGE: dualab \(words)"), "\(page)")
      for line in page.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }
}
