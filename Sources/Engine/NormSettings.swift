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
    self.init(settings, input: images.shape, classes: images.classes)
    if let complaint = normComplaint { throw TrainingFailure(complaint) }
  }

  /// The same, whatever its norms.
  init(_ settings: Settings, input: Shape, classes: Int) {
    self.init(name: settings.text("model"), input: input, classes: classes, width: settings.integer("width"))
    finalNorm = settings.flag("final_norm")
    setNorms(from: settings)
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

extension Settings {
  /// Why no run can begin with these settings, as far as it is known before its data are loaded: settings that cannot be
  /// together, norms that the network has no place for, data that cannot be made. Nil when it can.
  public var startComplaint: SettingError? {
    if let conflict { return conflict }
    let source = dataSources.first { $0.name == text("data") }
    if let complaint = source?.complaint(self) { return complaint }
    // Where the files tell the size, one that every norm can work on: they are asked again when it is known.
    let model = ModelSettings(self, input: source?.shape(self) ?? Shape(3, 64, 64), classes: 10)
    return model.normComplaint.map { SettingError($0) }
  }
}
