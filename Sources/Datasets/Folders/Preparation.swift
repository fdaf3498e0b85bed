import Spelling

/// How images of many sizes become images of one: the shorter side is resized (bilinear, as Pillow), then the square in
/// the middle is taken. docs/algorithms.md §14.
package struct Preparation: Hashable, Sendable {
  /// The shorter side after resizing; 0: not resized.
  let resize: Int
  /// The side of the square; 0: not cropped.
  let crop: Int
  /// True where an image becomes one gray channel, before it is resized.
  let isGray: Bool

  /// The settings `data.resize` and `data.crop`, of which one is enough, and `data.gray`.
  init(resize: Int, crop: Int, isGray: Bool = false) {
    self.isGray = isGray
    self.resize = resize == 0 ? crop : resize
    self.crop = crop == 0 ? resize : crop
  }

  /// The same by the settings of the data.
  init(_ settings: DataSettings) {
    self.init(resize: settings.resize, crop: settings.crop, isGray: settings.isGray)
  }

  /// Channels of an image.
  var channels: Int { isGray ? 1 : 3 }

  /// True where images keep their size.
  var isNone: Bool { crop == 0 }

  func apply(to raster: Raster) -> Raster {
    let raster = isGray ? raster.gray : raster
    return isNone ? raster : raster.resized(shorterSide: resize).centered(crop)
  }

  /// Why an image of this size cannot be resized, in words that follow its name; nil where it can. One that is long and
  /// thin becomes as many times longer as it becomes wider.
  func misfit(width: Int, height: Int) -> String? {
    resize == 0 ? nil : Self.misfit(width: width, height: height, shorterSide: resize)
  }

  /// The same for a shorter side.
  static func misfit(width: Int, height: Int, shorterSide side: Int) -> String? {
    guard width > 0, height > 0, width <= ImageFile.largest, height <= ImageFile.largest else {
      return "\(width)×\(height) pixels"
    }
    let size = Raster.size(width, height, shorterSide: side)
    guard size.width > ImageFile.largest / size.height else { return nil }
    return "\(width)×\(height) pixels would become \(size.width)×\(size.height), more than "
      + "\(ImageFile.largest / 1_000_000) million"
  }

  /// A square that is larger than the image it is taken from; nil where it is not.
  static func complaint(_ settings: DataSettings) -> SettingError? {
    guard settings.resize > 0, settings.crop > settings.resize else { return nil }
    return SettingError(
      "data.crop: \(settings.crop) is larger than data.resize, \(settings.resize); use at most \(settings.resize)")
  }
}
