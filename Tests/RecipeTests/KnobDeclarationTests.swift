import Foundation
import Recipe
import TestSupport
import Testing

/// A setting is one typed constant and one line of the catalogue, and is read by that constant alone.
@Suite struct KnobDeclarationTests {
  private func sources(_ folder: String) throws -> [(name: String, text: String)] {
    let root = Repository.root.appendingPathComponent(folder)
    let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      .map { ($0.path, try String(contentsOf: $0, encoding: .utf8)) }
  }

  @Test func everyDeclaredKnobIsInTheCatalogueOnce() throws {
    let declared = try sources("Sources/Recipe").flatMap { _, text in
      text.matches(of: /static let (\w+) = (?:number|share|integer|flag|text|choice|parsed)\(/).map {
        String($0.output.1)
      }
    }
    let catalogue = try String(
      contentsOf: Repository.root.appendingPathComponent("Sources/Recipe/KnobCatalogue.swift"), encoding: .utf8)
    let listed = catalogue.matches(of: /AnyKnob\(\.(\w+)\)/).map { String($0.output.1) }
    #expect(declared.count > 60)
    #expect(declared.sorted() == listed.sorted())
    #expect(listed.count == AnyKnob.all.count)
  }

  /// A misspelt name would be read as nothing: the compiler must see every read.
  @Test func noSettingIsReadByAString() throws {
    let files = try sources("Sources")
    #expect(files.count > 300)
    for (name, text) in files where !name.contains("/Recipe/") && !name.contains("/Networks/Weights/") {
      for read in [/\b[sS]ettings\["/, /\.formatted\("/, /[sS]ettings\.(?:number|integer|text|flag)\("/] {
        #expect(!text.contains(read), "\(name)")
      }
    }
  }

  @Test func typedAndUntypedReadsAgree() throws {
    var settings = Settings()
    #expect(settings[.gamma] == 0.5 && settings[Knob.gamma.declaration] == .number(0.5))
    try settings.set(.gamma, to: 0.25)
    #expect(settings[.gamma] == 0.25 && settings.formatted(.gamma) == "0.25")
    #expect(settings.differences(from: Settings()).map(\.name) == ["gamma"])
    #expect(throws: (any Error).self) { try settings.set(.gamma, to: 1.5) }
    #expect(settings[.gamma] == 0.25)
    // Equal values are equal settings, however they came to be.
    try settings.set("gamma", parsing: "0.5")
    #expect(settings == Settings() && settings.hashValue == Settings().hashValue)
    try settings.set("norm.layers", parsing: "1,3")
    #expect(settings[.normLayers] == .list([1, 3]))
  }
}
