import Attacks
import Diagnostics
import Evaluation
import Events
import Foundation
import Networks
import Readout
import Tensors
import Testing

/// The JSON of `dualab diagnose` has the causes in words, and everything else as it was measured.
struct DiagnosisDocumentTests {
  private func result() throws -> DiagnosisResult {
    let settings = ModelSettings(name: "conv4", input: Shape(1, 8, 8), classes: 4, width: 4)
    let network = try #require(Network(settings, pool: ThreadPool(threads: 2)))
    network.initialize(seed: 2)
    var random = RandomStream(seed: 5, purpose: .test)
    let pixels = (0..<8 * 64).map { _ in random.uniform() }, logits = network.evaluate(pixels, count: 8)
    let labels = (0..<8).map { predictedClass(Array(logits[$0 * 4..<($0 + 1) * 4]), classes: 4) }
    let set = try EvaluationSet(images: pixels, shape: Shape(1, 8, 8), labels: labels)
    return try Diagnosis(
      network, on: set, attack: PGD(epsilon: 0.01, stepSize: 0.003), seed: 7,
      source: Diagnosis.Source(
        program: "test", checkpoint: "last.safetensors", preset: "tiny", step: 12, data: "random", epsilon: 0.01)
    ).run()
  }

  private func object(_ value: some Encodable) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: jsonLine(value)) as? [String: Any])
  }

  @Test func causesAreWordedAndNothingElseChanges() throws {
    var result = try result()
    result.causes = [
      GapCause(.targeted, before: 0.66, value: 0.01, n: 128), GapCause(.zeroGradient, value: 0.05, n: 100),
    ]
    let document = try object(DiagnosisDocument(result)), plain = try object(result)
    #expect(Set(document.keys) == Set(plain.keys))
    for key in plain.keys where key != "causes" {
      #expect((document[key] as? NSObject) == (plain[key] as? NSObject), "\(key)")
    }
    let causes = try #require(document["causes"] as? [[String: Any]])
    #expect(Set(causes[0].keys) == ["kind", "title", "before", "value", "n", "sentence"])
    #expect(Set(causes[1].keys) == ["kind", "title", "value", "n", "sentence"])
    #expect(causes.map { $0["kind"] as? String } == ["targeted", "zero-gradient"])
    #expect(causes.map { $0["title"] as? String } == result.causes.map(\.title))
  }

  @Test func theTableNamesGapsCausesAndLayers() throws {
    var result = try result()
    let lines = DiagnoseTable.lines(result)
    #expect(lines[0] == "last.safetensors: conv4, width 4, tiny, step 12")
    #expect(lines.contains("n 8; 95 % intervals: Wilson for accuracies, Clopper–Pearson for gaps"))
    #expect(lines.contains("no sign of false robustness found") && lines.contains { $0.hasPrefix("clean  ") })
    // Where nothing is robust, nothing is falsely so.
    result.pgd = Proportion(correct: 0, n: 8)
    #expect(
      DiagnoseTable.lines(result).contains(
        "no false robustness: PGD-10 breaks every image, so there is none that could be false"))
    let order = EvaluationWarning(.labelOrder, "pets: labels number the classes in a different order")
    result.warnings = [EvaluationWarning(.guessing, "guesses"), order]
    result.imported = ImportRecord(ImportReport(), images: ["a note", order.message])
    let warned = DiagnoseTable.lines(result)
    #expect(warned.contains("robustness cannot be judged: clean accuracy is no better than guessing"))
    #expect(warned.contains("images: a note") && warned.count { $0.contains(order.message) } == 1)
    result.causes = [GapCause(.targeted, before: 0.66, value: 0.01, n: 128)]
    #expect(DiagnoseTable.lines(result).contains { $0.hasPrefix("targeted beats untargeted, 66.0 % → 1.0 %: ") })
  }
}
