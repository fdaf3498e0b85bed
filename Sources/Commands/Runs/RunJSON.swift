import Events
import Foundation
import Networks
import Readout
import Recipe
import Runs

/// A run as `runs list --json` and `runs show --json` print it.
struct RunJSON: Encodable {
  /// Accuracies of one set of weights on the test images.
  struct Result: Encodable {
    var weights: String
    var step: Int
    var n: Int
    var clean: Double
    var adversarial: Double
    var attack: String
    var eps: Double
  }

  /// A place to go back to by name.
  struct Mark: Encodable {
    var mark: String
    var step: Int
    var what: [String]
  }

  var run: String
  var preset: String
  var state: String
  var process: String?
  var step: Int
  var steps: Int?
  var began: String?
  var ended: String?
  /// What its bits depend on, by session; more than one where it went on with another program or other kernels.
  var computed: [Provenance]
  var parent: String?
  var parentStep: Int?
  var gapState: String?
  var strongest: GapReading?
  var results: [Result]
  var settings: Settings
  var changes: [Intervention]
  var marks: [Mark]

  init(_ card: RunCard) {
    run = card.folder.path
    preset = card.preset
    state = card.state.word
    if case .running(let holder) = card.state { process = holder }
    (step, steps) = (card.step, card.totalSteps)
    (began, ended) = (card.sessions.first?.began, card.sessions.last?.ended)
    computed = card.computed
    (parent, parentStep) = (card.parent?.run, card.parent?.step)
    (gapState, strongest) = (card.gap?.rawValue, card.strongest)
    results = card.results.map {
      Result(
        weights: $0.weights.rawValue, step: $0.step, n: $0.clean.n, clean: $0.clean.value,
        adversarial: $0.adversarial.value, attack: $0.attack, eps: card.settings[.epsilon])
    }
    (settings, changes) = (card.settings, card.interventions.inOrder())
    marks = card.marks.all.map { Mark(mark: $0.name, step: $0.step, what: $0.texts) }
  }

  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
