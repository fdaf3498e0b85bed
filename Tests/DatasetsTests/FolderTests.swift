import Foundation
import Recipe
import Spelling
import Tensors
import TestSupport
import Testing

@testable import Datasets

/// A folder of class folders, made of the images of the oracles.
private struct MadeFolder {
  let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  func put(_ name: String, at place: String) throws {
    let target = URL(fileURLWithPath: "\(path)/\(place)")
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Repository.oracle(name), to: target)
  }

  /// Two classes of three images of one size.
  static func twoClasses() throws -> MadeFolder {
    let made = try MadeFolder()
    for (number, name) in ["png_rgb", "png_gray", "png_palette4", "png_rgba", "png_rgb", "png_gray1"].enumerated() {
      try made.put("images/\(name).png", at: "\(number < 3 ? "ape" : "bear")/\(number).png")
    }
    return made
  }
}

private func settings(_ folder: String, _ changes: [String] = [], data: String = "folder") throws -> Settings {
  var settings = Settings()
  try settings.set("data", parsing: data)
  try settings.set("data.dir", parsing: folder)
  for change in changes { try settings.apply(assignment: change) }
  return settings
}

private func message(_ folder: String, _ changes: [String] = [], data: String = "folder") throws -> String {
  do {
    _ = try loadData(try settings(folder, changes, data: data), folders: nowhere)
    return ""
  } catch {
    return "\(error)".replacingOccurrences(of: folder, with: "D")
  }
}

@Suite struct FolderOracleTests {
  @Test(arguments: ["train", "val"]) func `classes, order, sizes and pixels are those of the oracle`(split: String)
    throws
  {
    let oracle = try Oracle("formats/imagefolder_\(split)_expected")
    let root = BytePath(Repository.oracle("formats/imagefolder/\(split)").path)
    let folders = try ClassFolders(root)
    let names = try #require(oracle.file.metadata["classes"]).split(separator: ",").map(String.init)
    #expect(folders.classNames == names)
    #expect(folders.files.map(\.label) == (try oracle.integers("labels")))
    let files = try #require(oracle.file.metadata["files"]).split(separator: ",")
    #expect(zip(folders.files, files).allSatisfy { "\($0.path)".hasSuffix("/\($1)") })

    let side = 64, source = FolderImages(files: folders.files.map(\.path))
    let sizes = try oracle.integers("size_wh"), means = try oracle.floats("decoded_mean")
    let deviations = try oracle.floats("decoded_std"), blocks = try oracle.floats("resized_blocks8x8")
    var far = 0, count = 0
    for index in folders.files.indices {
      let raster = try source.raster(index)
      #expect([raster.width, raster.height] == Array(sizes[2 * index..<2 * index + 2]))
      let prepared = Preparation(resize: side, crop: side).apply(to: raster)
      for channel in 0..<3 {
        let values = stride(from: channel, to: raster.levels.count, by: 3).map { Double(raster.levels[$0]) }
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        #expect(abs(mean - Double(means[3 * index + channel])) <= 1)
        #expect(abs(deviation - Double(deviations[3 * index + channel])) <= 1.5)
        for block in 0..<64 {
          var sum = 0
          for y in 0..<8 {
            for x in 0..<8 {
              sum += Int(prepared.levels[((block / 8 * 8 + y) * side + block % 8 * 8 + x) * 3 + channel])
            }
          }
          let distance = abs(Double(sum) / 64 - Double(blocks[(3 * index + channel) * 64 + block]))
          #expect(distance <= 3)
          count += 1
          if distance > 1 { far += 1 }
        }
      }
    }
    // Nearer than the oracle asks, 6 levels: Pillow made it.
    #expect(far * 20 <= count)
  }

  @Test func `the whole folder loads as Imagenette and as a folder`() throws {
    let path = Repository.oracle("formats/imagefolder").path
    let data = try loadData(try settings(path, data: "imagenette"), folders: nowhere)
    #expect((data.train.count, data.validation.count, data.test.count) == (18, 2, 10))
    #expect(data.train.images.width == 224 && data.train.images.channels == 3 && data.train.images.classes == 10)
    #expect(data.classNames[9] == "parachute" && data.mean == [0, 0, 0])
    let own = try loadData(try settings(path, ["data.crop=32"]), folders: nowhere)
    #expect(own.classNames[9] == "n03888257" && own.train.images.height == 32)
    #expect(own.notes.contains { $0.contains("2 images with an EXIF orientation: ignored") })
    #expect(own.notes.contains { $0.contains("1 file ignored") || $0.contains("2 files ignored") }, "\(own.notes)")
  }
}

@Suite struct FolderTests {
  @Test func `class folders without a division give a fifth of each class to the test set`() throws {
    let made = try MadeFolder.twoClasses()
    let data = try loadData(try settings(made.path), folders: nowhere)
    #expect(data.train.count + data.validation.count == 4 && data.test.count == 2)
    #expect((0..<2).map(data.test.label) == [0, 1])
    #expect(data.classNames == ["ape", "bear"] && data.train.images.width == 61 && data.train.images.height == 45)
    #expect(
      data.notes.contains { $0.hasSuffix("a fifth of each class (2 images), drawn by a fixed seed, is the test set") })
    let again = try loadData(try settings(made.path), folders: nowhere)
    #expect(again.train.indices == data.train.indices)
  }

  @Test func `an image of a folder has the pixels of its file`() throws {
    let made = try MadeFolder.twoClasses()
    let images = try LabeledImages(folder: made.path, settings: try settings(made.path).data)
    #expect(images.labels == [0, 1, 0, 1, 0, 1] && images.indices == [0, 3, 1, 4, 2, 5])
    let oracle = try Oracle("images/pixels"), levels = [UInt8](try #require(oracle.file.tensors["png_rgba.png"]).bytes)
    let plane = 45 * 61, second = images.pixels[(3 * plane)..<(6 * plane)]
    #expect(
      second.enumerated().allSatisfy { place, value in
        value == Float(levels[place % plane * 3 + place / plane]) / 255
      })
    #expect(images.notes.contains("classes by folder name: 0 ape, 1 bear"))
  }

  @Test
  func `the first images are one of each class in turn, with the indices they have among all; only they are read`()
    throws
  {
    let made = try MadeFolder.twoClasses()
    try made.put("malformed/image_text.JPEG", at: "bear/z.jpg")
    let data = try settings(made.path).data
    let all = try LabeledImages(folder: made.path, settings: settings(made.path, ["data.skip_broken=on"]).data)
    let few = try LabeledImages(folder: made.path, settings: data, limit: 3)
    #expect(few.indices == [0, 3, 1] && few.labels == [0, 1, 0])
    #expect(few.pixels == Array(all.pixels.prefix(few.pixels.count)) && Array(all.indices.prefix(3)) == few.indices)
    #expect(throws: DataError.self) { try LabeledImages(folder: made.path, settings: data) }
  }

  @Test func `a broken file in the middle is named, or skipped and counted`() throws {
    let made = try MadeFolder.twoClasses()
    try made.put("malformed/image_truncated.JPEG", at: "ape/1b.jpg")
    try made.put("malformed/image_text.JPEG", at: "bear/z.jpg")
    #expect(
      try message(made.path).hasPrefix("D/ape/1b.jpg: its data end early (truncated); replace or remove it, or skip"))
    let data = try loadData(try settings(made.path, ["data.skip_broken=on"]), folders: nowhere)
    #expect(data.train.count + data.validation.count + data.test.count == 6)
    #expect(data.notes.count { $0.contains("skipped, broken: ") } >= 1)
  }

  @Test func `an image too long to be resized is named before anything is decoded, or skipped`() throws {
    let made = try MadeFolder.twoClasses()
    try made.put("thin/png_1x60000.png", at: "ape/thin.png")
    #expect(
      try message(made.path, ["data.crop=224"]).hasPrefix(
        "D/ape/thin.png: 1×60000 pixels would become 224×13440000, more than 50 million; replace or remove it"))
    let skipped = try loadData(try settings(made.path, ["data.crop=224", "data.skip_broken=on"]), folders: nowhere)
    #expect(skipped.train.count + skipped.validation.count + skipped.test.count == 6)
    // Where it fits, it is an image as any other.
    try made.put("thin/png_5000x1.png", at: "bear/thin.png")
    let images = try LabeledImages(folder: made.path, settings: try settings(made.path, ["data.crop=16"]).data)
    #expect(images.count == 8 && images.shape == Shape(3, 16, 16))
    #expect(Raster.size(5000, 1, shorterSide: 224) == (1_120_000, 224))
  }

  @Test func `settings that contradict each other are refused before a folder is read`() throws {
    #expect {
      _ = try LabeledImages(
        folder: "/nonexistent", settings: try settings("/nonexistent", ["data.crop=40", "data.resize=20"]).data)
    } throws: { "\($0)" == "data.crop: 40 is larger than data.resize, 20; use at most 20" }
  }

  @Test func `several broken files are listed, the first ten`() throws {
    let made = try MadeFolder.twoClasses()
    for number in 10..<23 { try made.put("malformed/image_text.JPEG", at: "ape/\(number).jpg") }
    let data = try settings(made.path).data
    let error = #expect(throws: DataError.self) { try LabeledImages(folder: made.path, settings: data) }
    #expect(error?.details.count == 11 && error?.details.last == "and 3 more")
    #expect(error?.details.first == "\(made.path)/ape/10.jpg: neither JPEG nor PNG", "\(error?.details ?? [])")
  }

  @Test func `an evaluation says which images of an undivided folder it takes`() throws {
    let made = try MadeFolder.twoClasses()
    let notes = try LabeledImages(folder: made.path, settings: try settings(made.path).data).notes
    #expect(notes.first?.hasPrefix("\(made.path): no val or test folder, so all images count") == true, "\(notes)")
  }

  @Test func `mixed sizes are refused with their counts, or brought to one`() throws {
    let made = try MadeFolder.twoClasses()
    try made.put("images/png_rgb16.png", at: "ape/small.png")
    #expect(
      try message(made.path).hasPrefix("D: images of 2 sizes (")
        || message(made.path).hasPrefix("training images of 61×45 and test images of 19×21"))
    let images = try LabeledImages(folder: made.path, settings: try settings(made.path, ["data.crop=16"]).data)
    #expect(images.shape == Shape(3, 16, 16) && images.count == 7)
  }

  @Test func `names need not be UTF-8; hidden files, other files and loops are passed over`() throws {
    let made = try MadeFolder.twoClasses()
    let bytes = Array("\(made.path)/ape/caf".utf8) + [0xE9] + Array(".png".utf8)
    let data = try Data(contentsOf: Repository.oracle("images/png_rgb.png"))
    let file = (bytes + [0]).withUnsafeBufferPointer {
      $0.withMemoryRebound(to: CChar.self) { fopen($0.baseAddress, "w") }
    }
    let stream = try #require(file)
    _ = data.withUnsafeBytes { fwrite($0.baseAddress, 1, data.count, stream) }
    fclose(stream)
    for name in ["Thumbs.db", ".DS_Store", "._0.png", "notes.txt"] {
      try made.put("malformed/image_text.JPEG", at: "bear/\(name)")
    }
    try FileManager.default.createSymbolicLink(atPath: "\(made.path)/bear/up", withDestinationPath: "..")
    try FileManager.default.createSymbolicLink(atPath: "\(made.path)/bear/nowhere.png", withDestinationPath: "missing")
    let folders = try ClassFolders(BytePath(made.path))
    #expect(folders.files.count == 7 && folders.files.contains { "\($0.path)".hasSuffix("/ape/caf\\xE9.png") })
    #expect(folders.notes.count == 2)
    #expect(folders.notes[0].contains("5 files ignored") && folders.notes[1].contains("bear/up"), "\(folders.notes)")
    #expect(try LabeledImages(folder: made.path, settings: try settings(made.path).data).count == 7)
  }

  @Test func `folders that are no data set end in one line`() throws {
    let one = Repository.oracle("malformed/imagefolder_one_class").path
    #expect(try message(one).contains("one class folder ('n01440764'); a network needs at least two classes"))
    #expect(try message(one, data: "imagenette").contains("one class folder"))
    let empty = try TemporaryFolder()
    #expect(
      try message(empty.path) == "D: holds no class folders; give a folder that has one folder of images for each class"
    )
    let loose = try MadeFolder()
    try loose.put("images/png_rgb.png", at: "a.png")
    #expect(try message(loose.path).hasPrefix("D: holds 1 images and no class folders; move"))
    let made = try MadeFolder.twoClasses()
    try FileManager.default.createDirectory(atPath: "\(made.path)/cat", withIntermediateDirectories: true)
    #expect(try message(made.path) == "D: no images of 'cat'; add some, or remove the empty class folder")
    #expect(try message(made.path, data: "imagenette").hasPrefix("D: no images of 'cat'"))
    #expect(
      try message(made.path, ["data.crop=40", "data.resize=20"])
        == "data.crop: 40 is larger than data.resize, 20; use at most 20")
    #expect(try message("\(made.path)/missing").contains("is not a folder"))
    let other = try MadeFolder.twoClasses()
    #expect(
      try message(other.path, data: "imagenette").contains("class folders ape, bear; expected the ten of Imagenette"))
    let lone = try MadeFolder()
    try lone.put("images/png_rgb.png", at: "val/a/0.png")
    #expect(try message(lone.path).contains("test images and no training images"))
  }

  @Test func `the test folder's classes must be those of the training folder`() throws {
    let made = try MadeFolder()
    for place in ["train/ape/0.png", "train/bear/0.png", "val/ape/0.png", "val/cow/0.png"] {
      try made.put("images/png_rgb.png", at: place)
    }
    #expect(try message(made.path) == "D/val: the class 'cow' is not in D/train; both need the same class folders")
    try FileManager.default.removeItem(atPath: "\(made.path)/val/cow")
    let data = try loadData(try settings(made.path), folders: nowhere)
    #expect(data.test.count == 1 && data.train.images.classes == 2)
    #expect(data.notes.contains { $0.hasSuffix("/val: no images of 'bear'") })
  }
}

@Suite struct ResizedCropTests {
  @Test func `parts lie in the image and have the areas and shapes asked for`() {
    var stream = RandomStream(seed: 1, purpose: .test)
    var areas: [Double] = []
    for _ in 0..<500 {
      let box = ResizedCrop().draw(&stream, width: 160, height: 213)
      #expect(box.left >= 0 && box.top >= 0 && box.right <= 160 && box.bottom <= 213)
      let shape = Double(box.width) / Double(box.height)
      #expect((0.72...1.38).contains(shape))
      areas.append(Double(box.width * box.height) / (160 * 213))
    }
    // Uniform in .08 ... 1, a little less at the upper end, where shapes do not fit.
    #expect((0.07...0.12).contains(areas.min() ?? 0) && (0.42...0.56).contains(areas.reduce(0, +) / 500))
  }

  @Test func `an image too long for any allowed shape gives its middle`() {
    var stream = RandomStream(seed: 1, purpose: .test)
    #expect(ResizedCrop().draw(&stream, width: 900, height: 9) == .init(left: 444, top: 0, width: 12, height: 9))
    #expect(ResizedCrop().draw(&stream, width: 9, height: 900) == .init(left: 0, top: 444, width: 9, height: 12))
  }

  @Test func `batches made ahead are those made at once, in any order of steps`() throws {
    let settings = try settings(
      Repository.oracle("formats/imagefolder").path, ["data.crop=24", "augment=resized-crop"])
    let data = try loadData(settings, folders: nowhere)
    let order = EpochOrder(count: data.train.count, batch: 5, seed: 3)
    let augmenter = Augmenter(settings, data: data), size = data.train.images.imageSize
    let ahead = ImagesAhead(data.train, order: order)
    for step in [1, 2, 3, 3, 1, 4] {
      var own = order
      let positions = own.batch(step: step)
      var expected = [Float](repeating: 0, count: positions.count * size), got = expected, alone = augmenter
      try expected.withUnsafeMutableBufferPointer { buffer in
        let base = try #require(buffer.baseAddress)
        for (row, position) in positions.enumerated() {
          try alone.copy(position, of: data.train, step: step, to: base + row * size)
        }
      }
      try got.withUnsafeMutableBufferPointer {
        try ahead.take(step: step, augmenter, into: try #require($0.baseAddress))
      }
      #expect(got == expected, "step \(step)")
      #expect(expected.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test func `resized-crop is refused where there is no original`() throws {
    var settings = Settings()
    try settings.apply(assignment: "augment=resized-crop")
    #expect(
      "\(settings.conflict.map { "\($0)" } ?? "")".hasPrefix("augment resized-crop with data mirage: only image files"))
  }

  @Test func `one gray channel has the levels of Pillow, before images are resized`() throws {
    let made = try MadeFolder.twoClasses()
    let color = try loadData(try settings(made.path), folders: nowhere).train.images
    let gray = try loadData(try settings(made.path, ["data.gray=on"]), folders: nowhere).train.images
    #expect(gray.channels == 1 && gray.imageSize * 3 == color.imageSize && gray.labels == color.labels)
    #expect(gray.notes.contains { $0.hasPrefix("images are read as one gray channel; ") && $0.contains("in color") })
    for image in 0..<color.count {
      var three = [Float](repeating: 0, count: color.imageSize), one = [Float](repeating: 0, count: gray.imageSize)
      try three.withUnsafeMutableBufferPointer { try color.copyImage(image, to: try #require($0.baseAddress)) }
      try one.withUnsafeMutableBufferPointer { try gray.copyImage(image, to: try #require($0.baseAddress)) }
      for pixel in one.indices {
        let levels = (0..<3).map { Int((three[$0 * one.count + pixel] * 255).rounded()) }
        let level = (levels[0] * 19595 + levels[1] * 38470 + levels[2] * 7471 + 0x8000) >> 16
        #expect(Int((one[pixel] * 255).rounded()) == level)
      }
    }
    let raster = Raster(width: 2, height: 2, levels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 7, 7, 7])
    #expect(raster.gray.levels == [76, 76, 76, 150, 150, 150, 29, 29, 29, 7, 7, 7])
    let half = Preparation(resize: 1, crop: 1, isGray: true).apply(to: raster)
    #expect(half == raster.gray.resized(width: 1, height: 1))
    #expect(Folder.shape(try settings(made.path, ["data.gray=on", "data.crop=8"]).data) == Shape(1, 8, 8))
  }

  @Test func `test images have the numbers of the training classes`() throws {
    let made = try MadeFolder()
    for place in ["train/ape", "train/bear", "train/cat", "val/bear", "val/cat"] {
      for image in 0..<2 { try made.put("images/png_rgb.png", at: "\(place)/\(image).png") }
    }
    let test = try loadData(try settings(made.path), folders: nowhere).test
    #expect(test.images.labels == [1, 1, 2, 2])
  }

  @Test func `what macOS adds to archives is no class`() throws {
    let made = try MadeFolder.twoClasses()
    try made.put("images/png_rgb.png", at: "__MACOSX/ape/._0.png")
    #expect(try ClassFolders(BytePath(made.path)).classNames == ["ape", "bear"])
  }

  @Test func `more class folders than classes are counted`() throws {
    let made = try MadeFolder.twoClasses()
    let images = try LabeledImages(folder: made.path, settings: settings(made.path).data)
    #expect {
      try images.check(classes: 1)
    } throws: { "\($0)".contains("2 class folders (ape, bear), but the network has") }
  }
}
