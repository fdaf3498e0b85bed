import Diagnostics
import Events

/// The JSON of `dualab diagnose`: a diagnosis, and its causes in words.
package struct DiagnosisDocument: Encodable {
  private let result: DiagnosisResult

  package init(_ result: DiagnosisResult) { self.result = result }

  private enum CodingKeys: String, CodingKey { case causes }

  private struct Cause: Encodable {
    let kind: GapCause.Kind
    let title: String
    let before: Double?
    let value: Double
    let n: Int
    let sentence: String

    init(_ cause: GapCause) {
      kind = cause.kind
      title = cause.title
      before = cause.before
      value = cause.value
      n = cause.n
      sentence = cause.sentence
    }
  }

  /// The result's keys; its causes are replaced by those in words.
  package func encode(to encoder: any Encoder) throws {
    try result.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(result.causes.map(Cause.init), forKey: .causes)
  }
}
