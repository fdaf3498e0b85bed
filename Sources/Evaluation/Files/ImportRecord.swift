import Networks

/// What was assumed, ignored, clipped and converted when weights and images were read: `"import"` in the JSON of
/// `attack` and `diagnose`. Its keys are those of `ImportReport`, and `images` for what the reader of the images noted.
package struct ImportRecord: Sendable, Hashable {
  package var weights: ImportReport
  /// One line each.
  package var images: [String]

  package init(_ weights: ImportReport, images: [String]) { (self.weights, self.images) = (weights, images) }

  /// The lines of the protocol card, but for what `warnings` say.
  package func lines(besides warnings: [EvaluationWarning]) -> [String] {
    let others = images.filter { line in !warnings.contains { $0.message == line } }
    return weights.facts(takesSettings: false).map { "weights: \($0)" } + others.map { "images: \($0)" }
  }
}

extension ImportRecord: Codable {
  private enum CodingKeys: String, CodingKey { case images }

  package init(from decoder: any Decoder) throws {
    weights = try ImportReport(from: decoder)
    images = try decoder.container(keyedBy: CodingKeys.self).decode([String].self, forKey: .images)
  }

  package func encode(to encoder: any Encoder) throws {
    try weights.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(images, forKey: .images)
  }
}
