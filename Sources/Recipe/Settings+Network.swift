import Datasets
import Networks
import Spelling
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
  /// The network that settings ask for, without mean and deviation. Throws `SettingError` for normalization layers that
  /// cannot be.
  package init(_ settings: Settings, images: ImageKind) throws {
    self.init(settings, input: images.shape, classes: images.classes)
    if let complaint = normComplaint { throw SettingError(complaint) }
  }

  /// The same, whatever its normalization layers.
  init(_ settings: Settings, input: Shape, classes: Int) {
    self.init(name: settings[.model].rawValue, input: input, classes: classes, width: settings[.width])
    finalNorm = settings[.finalNorm]
    let model = settings[.model].model, own = model.ownSettings
    if own.contains("activation") { activation = settings[.activation].kind(in: model) }
    if own.contains("shortcut") { shortcut = settings[.shortcut] }
    if own.contains("depth") { options["depth"] = Double(settings[.depth]) }
    if own.contains("widen") { options["widen"] = Double(settings[.widen]) }
    setNorms(from: settings)
  }

  /// Takes over which normalization layers the settings ask for, and where.
  package mutating func setNorms(from settings: Settings) {
    norm = settings[.norm]
    normLayers = settings[.normLayers]
    normAffine = settings[.normAffine]
  }
}

extension DualSettings {
  /// The NLL's weight and reduction, and the temperature, that the settings ask for.
  package init(_ settings: Settings) {
    self.init(
      weight: settings[.dualWeight], reduction: settings[.dualReduction], temperature: settings[.dualTemperature])
  }
}
