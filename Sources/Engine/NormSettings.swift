import Events
import Networks

extension ModelSettings {
  /// Takes over which norms the settings ask for, and where.
  mutating func setNorms(from settings: Settings) {
    norm = NormKind(rawValue: settings.text("norm")) ?? .batch
    normLayers = settings.text("norm.layers")
    normAffine = NormAffine(rawValue: settings.text("norm.affine")) ?? .habitual
  }
}

extension DualSettings {
  /// The NLL's weight and reduction, and the temperature, that the settings ask for.
  package init(_ settings: Settings) {
    self.init(
      weight: settings.number("dbn.weight"),
      reduction: DualReduction(rawValue: settings.text("dbn.reduction")) ?? .pixelMean,
      temperature: settings.number("dbn.temperature"))
  }
}
