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
  public init(_ settings: Settings) {
    self.init(
      weight: settings.number("dbn.weight"),
      reduction: DualReduction(rawValue: settings.text("dbn.reduction")) ?? .pixelMean,
      temperature: settings.number("dbn.temperature"))
  }
}

extension Settings {
  /// The set of statistics that attacks and evaluation use, in networks that have two. ALGORITHMS §9.1, §10.
  ///
  /// Split norms cannot infer a domain: the adversarial set serves clean and adversarial images, the one honest reading of
  /// a robust model. A dual norm that sees one kind of rows is trained as plain BN on that set, and read as that.
  public func branch(of norm: NormKind) -> Branch {
    switch (norm, text("objective")) {
    case (.split, "standard"), (.dual, "standard"): .clean
    case (.split, _), (.dual, "at"): .adversarial
    default: .posterior
    }
  }
}
