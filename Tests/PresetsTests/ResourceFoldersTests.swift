import Foundation
import Presets
import Testing

/// A temporary file tree for one test.
private struct Tree {
  let root: String

  init(_ files: [String: String]) throws {
    root = NSTemporaryDirectory() + "dualab-tree-\(UUID().uuidString)"
    for (path, text) in files {
      let url = URL(fileURLWithPath: "\(root)/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: root) }
}

@Suite struct ResourceFoldersTests {
  @Test func foldersAreSearchedInOrder() throws {
    let tree = try Tree([
      "given/a.yaml": "", "checkout/Package.swift": "", "checkout/presets/a.yaml": "", "checkout/.build/bin/dualab": "",
    ])
    defer { tree.remove() }
    let folders = try ResourceFolders(
      .presets, override: "\(tree.root)/given", environment: ["DUALAB_HOME": "/own"], home: "/home/p",
      executable: "\(tree.root)/checkout/.build/bin/dualab")
    #expect(
      folders.candidates == [
        "\(tree.root)/given", "/own/presets", "/home/p/.config/dualab/presets",
        "\(tree.root)/checkout/.build/share/dualab/presets", "\(tree.root)/checkout/presets",
      ])
    let themes = try ResourceFolders(
      .themes, environment: ["DUALAB_HOME": ""], home: nil, executable: "\(tree.root)/checkout/.build/bin/dualab")
    #expect(
      themes.candidates == ["\(tree.root)/checkout/.build/share/dualab/themes", "\(tree.root)/checkout/themes"])
  }

  @Test func theFirstFolderThatHasANameWins() throws {
    let all = [
      "given", "own/presets", "home/.config/dualab/presets", "prefix/share/dualab/presets", "prefix/presets",
    ]
    var files = ["prefix/bin/dualab": "", "prefix/Package.swift": ""]
    for (place, folder) in all.enumerated() { files["\(folder)/p.yaml"] = "title: from \(place)\ngamma: 0.1" }
    let tree = try Tree(files)
    defer { tree.remove() }
    for (place, folder) in all.enumerated() {
      let folders = try ResourceFolders(
        .presets, override: place == 0 ? "\(tree.root)/given" : nil,
        environment: ["DUALAB_HOME": "\(tree.root)/own"], home: "\(tree.root)/home",
        executable: "\(tree.root)/prefix/bin/dualab")
      #expect(try PresetLibrary(folders).load("p").title == "from \(place)")
      #expect(PresetLibrary(folders).list().count == 1)
      try FileManager.default.removeItem(atPath: "\(tree.root)/\(folder)/p.yaml")
    }
  }

  @Test func aLinkedBinaryFindsItsShareFolder() throws {
    let tree = try Tree(["opt/bin/dualab": "", "opt/share/dualab/presets/p.yaml": "gamma: 1", "usr/bin/other": ""])
    defer { tree.remove() }
    let link = "\(tree.root)/usr/bin/dualab"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../../opt/bin/dualab")
    let folders = try ResourceFolders(.presets, environment: [:], home: nil, executable: link)
    #expect(folders.files().map(\.name) == ["p"])
  }

  @Test func anUnknownNameGetsTheNearestOneAndTheFolders() throws {
    let tree = try Tree([
      "a/kl-cure.yaml": "gamma: 1", "a/trades.yaml": "gamma: 1", "a/note.txt": "", "a/.hidden.yaml": "",
    ])
    defer { tree.remove() }
    let folders = try ResourceFolders(
      .presets, override: "\(tree.root)/a", environment: [:], home: "/nonexistent", executable: nil)
    #expect(folders.files().map(\.name) == ["kl-cure", "trades"])
    func said(_ name: String) -> String {
      do { return try folders.path(of: name) } catch { return "\(error)" }
    }
    #expect(said("kl-cur") == "preset 'kl-cur' not found in \(tree.root)/a; did you mean 'kl-cure'?")
    #expect(
      said("zzzzzzzzzz") == "preset 'zzzzzzzzzz' not found in \(tree.root)/a; 'dualab presets list' lists all presets")
    #expect(said("kl-cure") == "\(tree.root)/a/kl-cure.yaml")
    #expect(said("./kl-cure") == "./kl-cure")
    #expect(said("kl-cure.yaml") == "kl-cure.yaml")
  }

  @Test func missingFoldersAreErrorsOfOneLine() throws {
    let folders = try ResourceFolders(.themes, environment: [:], home: "/nonexistent", executable: nil)
    let none = #expect(throws: ResourceError.self) { try folders.path(of: "midnight") }
    #expect(
      none?.description == "theme 'midnight': none of these folders exists: /nonexistent/.config/dualab/themes; "
        + "use --themes-dir DIR")
    let wrong = #expect(throws: ResourceError.self) {
      try ResourceFolders(.themes, override: "/nonexistent/x", environment: [:], home: nil, executable: nil)
    }
    #expect(wrong?.description == "--themes-dir: '/nonexistent/x' is not a folder; use the folder with the theme files")
  }

  @Test func anInvalidFileIsListedWithItsError() throws {
    let tree = try Tree(["a/broken.yaml": "gama: 1", "a/good.yaml": "# Good.\ngamma: 1"])
    defer { tree.remove() }
    let library = PresetLibrary(
      try ResourceFolders(.presets, override: "\(tree.root)/a", environment: [:], home: nil, executable: nil))
    #expect(
      library.list().map(\.summary) == [
        "invalid: \(tree.root)/a/broken.yaml:1: 'gama' is not a setting; did you mean 'gamma'?", "Good.",
      ])
  }

  @Test func thisProcessFindsPresetsAndThemesOfItsCheckout() throws {
    #expect(try PresetLibrary(.standard(.presets)).load("false-robustness").name == "false-robustness")
    #expect(try ThemeLibrary(.standard(.themes)).load("midnight").theme.name == "midnight")
  }
}
