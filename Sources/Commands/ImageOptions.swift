import ArgumentParser
import Datasets
import Foundation

/// Which images to evaluate on, as typed.
package struct ImageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Data set and split: train, validation or test (default: test).", valueName: "name[:split]"))
  var data: String?

  @Option(help: ArgumentHelp("Images x_test and labels y_test in a .npz file of numpy.", valueName: "file"))
  var npz: String?

  @Option(
    help: ArgumentHelp(
      "A folder of images, with a folder of JPEG and PNG files for each class (its test or val where it has one), or a "
        + "file of 'data convert'; tensors images and labels in a .safetensors or .npz file; or IDX files.",
      valueName: "folder|file"))
  var images: String?

  @Option(help: "Channel order of --npz and --images, where it cannot be recognized: nhwc or nchw.")
  var layout: LabeledImages.Layout?

  package init() {}

  /// The options that say which images, as typed.
  private var sources: [(name: String, value: String)] {
    [("--data", data), ("--npz", npz), ("--images", images)].compactMap { name, value in value.map { (name, $0) } }
  }

  /// How many of the options say which images.
  var count: Int { sources.count }

  /// The options that were given.
  var typed: [(name: String, value: String)] { sources + (layout.map { [("--layout", $0.rawValue)] } ?? []) }

  /// The folder of image files, or the cache of one.
  var folder: String? { images.flatMap { Self.isFolder($0) ? $0 : nil } }

  /// Files of a data set in another form: IDX, CIFAR's archives, a folder of arrays.
  var dataFiles: (kind: DataKind, path: String)? {
    guard let images, let kind = DataKind(path: images), kind.rawValue != Folder.name else { return nil }
    return kind.rawValue != Arrays.name || Self.isDirectory(images) ? (kind, images) : nil
  }

  /// The file of arrays, and its option.
  var arrays: (option: String, path: String)? {
    if let npz { return ("--npz", npz) }
    return folder == nil && dataFiles == nil ? images.map { ("--images", $0) } : nil
  }

  /// True for a folder of image files, or a cache of them.
  private static func isFolder(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path) && DataKind(path: path)?.rawValue == Folder.name
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// Refuses several sources, none where they are `required`, and options that the source does not use: `settings` of
  /// data, as typed, and --layout unless something else `takesLayout`. Throws `CommandFailure` of usage.
  func check(required: Bool, settings: [String], takesLayout: Bool = false) throws {
    guard count <= 1 else { throw CommandFailure.usage("use only one of --data NAME, --npz FILE and --images FILE") }
    guard count == 1 || !required else {
      throw CommandFailure.usage("the images are missing; use --data NAME, --npz FILE or --images FILE")
    }
    if let (option, _) = arrays, let setting = settings.first {
      throw CommandFailure.usage("\(setting): not used with the arrays of \(option); remove it")
    }
    if let layout, arrays == nil, !takesLayout {
      let what = folder == nil ? "a data set has its own order" : "image files have their own order"
      throw CommandFailure.usage("--layout \(layout.rawValue): \(what); remove --layout")
    }
  }
}
