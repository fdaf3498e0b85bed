import Datasets
import Networks
import Spelling
import Tensors

extension Settings {
  /// What the settings say of the data.
  package var data: DataSettings {
    var data = DataSettings(
      kind: self[.data], folder: self[.dataFolder], validationFraction: self[.validationFraction],
      splitSeed: UInt32(self[.seed]))
    (data.resize, data.crop, data.skipsBroken) = (self[.dataResize], self[.dataCrop], self[.dataSkipsBroken])
    data.isGray = self[.dataGray]
    data.mirage.seed = UInt32(self[.dataSeed])
    data.mirage.size = self[.dataSize]
    data.mirage.channels = self[.dataChannels]
    (data.mirage.train, data.mirage.test) = (self[.dataTrain], self[.dataTest])
    (data.mirage.truth, data.mirage.shape) = (self[.dataTruth], self[.dataShape])
    (data.mirage.texture, data.mirage.background) = (self[.dataTexture], self[.dataBackground])
    data.mirage.noise = self[.dataNoise]
    return data
  }

  /// Why no run can start from these settings, as far as it is known before its data are loaded: settings that exclude
  /// each other, normalization layers that the network has no place for, data that cannot be made. Nil when one can.
  package var startComplaint: SettingError? {
    if let conflict { return conflict }
    let source = self[.data].source
    if let complaint = source.complaint(data) { return complaint }
    if let complaint = depthComplaint { return SettingError(complaint) }
    // Where only the files know the size, one that every layer can work on: it is asked again when the size is known.
    let model = ModelSettings(self, input: source.shape(data) ?? Shape(3, 64, 64), classes: 10)
    return model.normComplaint.map { SettingError($0) }
  }
}

extension Settings {
  /// A depth that no WideResNet has.
  private var depthComplaint: String? {
    let depth = self[.depth], rest = (depth - 4) % 6
    guard Knob.depth.declaration.idleReason(in: self) == nil, rest != 0 else { return nil }
    return "depth \(depth): a WideResNet has 6n + 4 layers; use \(depth - rest) or \(depth - rest + 6)"
  }
}

/// Loads the data that the settings name and splits validation off. Throws `SettingError` for settings that no data can
/// be made of, otherwise `DataError`.
package func loadData(_ settings: Settings, folders: DataFolders = .standard) throws -> DataSplits {
  try loadData(settings.data, folders: folders)
}
