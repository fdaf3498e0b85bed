import Foundation
import Objectives
import Recipe
import TestSupport
import Testing

/// An objective is one file and one line: what is known of it stands there and nowhere else.
@Suite struct ObjectiveCatalogueTests {
  @Test func eachFileOfAnObjectiveIsListedAndTheNamesAreTheChoicesOfTheSetting() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Objectives")
    var declared: [String] = []
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let text = try String(contentsOf: file, encoding: .utf8)
      declared += text.matches(of: /struct (\w+): Objective\b/).map { String($0.output.1) }
    }
    #expect(declared.count > 1)
    #expect(declared.sorted() == objectives.map { String(describing: $0) }.sorted())
    #expect(Set(objectives.map { $0.name }).count == objectives.count)
    guard case .choice(let choices) = Knob.objective.declaration.kind else {
      Issue.record("the setting objective is not a choice")
      return
    }
    #expect(choices == objectives.map { $0.name })
  }

  @Test func everyObjectiveSaysWhatItIs() {
    for objective in objectives {
      #expect(!objective.title.isEmpty && objective.formula.contains("CE("), "\(objective.name)")
      // The formula names exactly the coefficients that are read.
      #expect(objective.formula.contains("γ") == objective.weights.contains(.gamma), "\(objective.name)")
      #expect(objective.formula.contains("β") == objective.weights.contains(.beta), "\(objective.name)")
      #expect(objective.paperBeta == nil || objective.weights.contains(.beta), "\(objective.name)")
    }
  }

  /// A new objective must not need a line anywhere else.
  @Test func noOtherFileKnowsAnObjectiveByItsName() throws {
    let sources = Repository.root.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var checked = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      guard file.deletingLastPathComponent().lastPathComponent != "Objectives" else { continue }
      checked += 1
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!text.contains(/"(mat|trades|mart)"/), "\(file.lastPathComponent)")
      #expect(!text.contains(/\b(AT|MAT|TRADES|MART|Standard)\.(self|name)\b/), "\(file.lastPathComponent)")
    }
    #expect(checked > 200)
  }
}
