import Datasets
import Events
import Networks
import Tensors

/// What a network must know of the images it is for.
package struct ImageKind: Sendable {
  let shape: Shape
  let classes: Int

  /// The kind of a set's images.
  package init(_ images: ImageSet) {
    shape = Shape(images.channels, images.height, images.width)
    classes = images.classes
  }
}

extension ModelSettings {
  /// The network that settings ask for, without mean and deviation. Throws `TrainingFailure` for norms that cannot be.
  package init(_ settings: Settings, images: ImageKind) throws {
    self.init(
      name: settings.text("model"), input: images.shape, classes: images.classes, width: settings.integer("width"))
    finalNorm = settings.flag("final_norm")
    setNorms(from: settings)
    if let complaint = normComplaint { throw TrainingFailure(complaint) }
  }

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
