import Evaluation
import Networks
import Tensors

extension GuessingCheck {
  /// What may be wrong with a network from a file on images from another one: labels, pixels, and the variant that the
  /// tensors do not tell. `given` are the settings by which the file was read.
  init(
    imported: WeightsFile.Imported, _ weights: WeightsFile, _ given: [String: String], _ input: Shape,
    _ pool: ThreadPool, usual: UsualNormalization?
  ) {
    let variants = weights.otherVariants(imported.report).map { variant in
      let settings = variant.sorted { $0.key < $1.key }
      return PossibleCause.ofVariant(
        settings.map { "\($0.key) \($0.value)" }.joined(separator: " and "),
        remedy: "pass " + settings.map { "--set \($0.key)=\($0.value)" }.joined(separator: " ")
      ) { try weights.network(given.merging(variant) { $1 }, input: input, pool: pool, usual: usual).network }
    }
    self.init(PossibleCause.ofLabels + PossibleCause.ofImages(imported.network) + variants)
  }
}
