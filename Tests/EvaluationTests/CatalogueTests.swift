import Attacks
import Evaluation
import Foundation
import TestSupport
import Testing

/// Folders and catalogues name the same attacks and suites.
struct CatalogueTests {
  /// The names that source files declare after a text.
  private func declared(_ prefix: String, suffix: String, under folder: String) throws -> [String: String] {
    let root = Repository.root.appendingPathComponent(folder)
    let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    var result: [String: String] = [:]
    for case let file as URL in files where file.pathExtension == "swift" {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        guard let start = line.range(of: prefix), let end = line.range(of: suffix) else { continue }
        guard start.upperBound < end.lowerBound else { continue }
        result[String(line[start.upperBound..<end.lowerBound])] = file.deletingPathExtension().lastPathComponent
      }
    }
    return result
  }

  @Test func everyEvaluationAttackHasAFileAndALine() throws {
    var attacks: [String: String] = [:]
    for kind in ["EvaluationAttack", "IterativeAttack", "TargetedAttack, IterativeAttack", "NearestClassesAttack"] {
      let found = try declared("package struct ", suffix: ": \(kind) {", under: "Sources/Attacks/Evaluation")
      attacks.merge(found) { first, _ in first }
    }
    #expect(Set(attacks.keys) == Set(evaluationAttacks.map { "\($0)" }))
    for (type, file) in attacks { #expect(type == file) }
  }

  @Test func everyNamedSuiteHasADeclarationAndALine() throws {
    let suites = try declared("package static let ", suffix: " = NamedSuite(", under: "Sources/Evaluation/Suites")
    #expect(suites.count == attackSuites.count)
    let names = attackSuites.map(\.name) + evaluationAttacks.map { $0.name }
    #expect(Set(names).count == names.count)
  }

  /// Streams seed the random numbers: another number would be another attack.
  @Test func everyAttackKeepsItsRandomStream() {
    let streams = Dictionary(uniqueKeysWithValues: evaluationAttacks.map { ($0.name, $0.stream) })
    let known = [
      "fgsm": 1, "pgd": 2, "apgd-ce": 3, "apgd-dlr": 4, "apgd-t": 5, "fab": 6, "fab-t": 7, "square": 8,
    ]
    for (name, stream) in known { #expect(streams[name] == stream, "\(name)") }
    #expect(Set(streams.values).count == streams.count)
    // Repeats of an attack in a list count up from it in steps of 256.
    #expect(streams.values.allSatisfy { (1..<256).contains($0) })
  }

  @Test func everyAttackRunsWithItsDefaults() throws {
    for type in evaluationAttacks {
      for attack in [type.init(), type.listed] as [any EvaluationAttack] {
        try attack.check(classes: 10)
        #expect(attack.iterations >= 1 && attack.restarts >= 1 && !attack.title.isEmpty && !type.summary.isEmpty)
        let (forwards, backwards) = attack.passes(classes: 10)
        #expect(forwards > 0 && (backwards > 0) == type.usesGradients)
      }
      #expect(type.leastClasses == 2 || type.alternatives.last?.leastClasses == 2)
    }
  }
}
