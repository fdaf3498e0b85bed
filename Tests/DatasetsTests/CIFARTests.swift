import Foundation
import Recipe
import TestSupport
import Testing

@testable import Datasets

/// CIFAR-10's format with as many records a file as the oracle has.
private let ten = CIFARBinary(
  labels: [("label", 10)], train: ["data_batch_1.bin", "data_batch_2.bin"], test: "test_batch.bin", records: (10, 10),
  folder: "cifar-10-batches-bin")
private let hundred = CIFARBinary(
  labels: [("coarse label", 20), ("fine label", 100)], train: ["train.bin"], test: "test.bin", records: (5, 5),
  folder: "cifar-100-binary")

private func message(_ name: String, _ format: CIFARBinary, records: Int) throws -> String {
  let path = Repository.oracle("malformed/\(name)").path
  do {
    _ = try format.read(path, records: records)
    return ""
  } catch let error as DataError {
    return error.description.replacingOccurrences(of: path, with: "F")
  }
}

@Suite struct CIFARTests {
  @Test func `records are read as another program reads them`() throws {
    let expected = try Oracle("formats/cifar_expected")
    let images = try expected.file.bytes("images").map(Int.init)
    let (pixels, labels) = try ten.read(Repository.oracle("formats/cifar10_batch.bin").path, records: 10)
    #expect(labels == (try expected.integers("cifar10_labels")))
    #expect(pixels.map(Int.init) == images)
    let fine = try hundred.read(Repository.oracle("formats/cifar100_batch.bin").path, records: 5)
    #expect(fine.labels == (try expected.integers("cifar100_fine")))
    #expect(fine.pixels.map(Int.init) == Array(images.prefix(5 * 3072)))
  }

  @Test func `the files of a folder follow each other in order`() throws {
    let folder = try TemporaryFolder()
    for name in ten.train + [ten.test] { try folder.put(Repository.oracle("formats/cifar10_batch.bin"), as: name) }
    let (train, test) = try ten.load(folder.path)
    #expect(train.count == 20 && test.count == 10 && train.classes == 10)
    #expect(train.channels == 3 && train.height == 32 && train.width == 32)
    #expect(Array(train.labels.prefix(10)) == test.labels && Array(train.labels.suffix(10)) == test.labels)
    var first = [Float](repeating: 0, count: 3072), again = first
    try first.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { try train.copyImage(13, to: base) } }
    try again.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { try test.copyImage(3, to: base) } }
    #expect(first == again)
  }

  @Test func `a file that is not what it should be is named, with what is wrong`() throws {
    #expect(
      try message("cifar10_label_10.bin", ten, records: size("cifar10_label_10.bin", ten)) == "F: label 10 in record 3 "
        + "(from 0) is not in 0 … 9; the file is damaged or belongs to another data set; download the archive again")
    #expect(
      try message("cifar100_fine_100.bin", hundred, records: size("cifar100_fine_100.bin", hundred))
        == "F: fine label 100 in record 1 (from 0) is not in 0 … 99; the file is damaged or belongs to another data set; "
        + "download the archive again")
    #expect(
      try message("cifar100_coarse_20.bin", hundred, records: size("cifar100_coarse_20.bin", hundred)).hasPrefix(
        "F: coarse label 20 in record 1 (from 0) is not in 0 … 19"))
    #expect(
      try message("cifar10_empty.bin", ten, records: 10) == "F: 0 bytes (empty, no record) where 10 records of 3073 "
        + "bytes make 30730; download the archive again")
    let cut = try message("cifar10_truncated.bin", ten, records: 10)
    #expect(cut.contains("bytes of a cut one)") && cut.hasSuffix("bytes make 30730; download the archive again"))
  }

  private func size(_ name: String, _ format: CIFARBinary) throws -> Int {
    try Data(contentsOf: Repository.oracle("malformed/\(name)")).count / format.recordSize
  }

  @Test func `the publisher's folder is found in the usual places, and its files must be whole`() throws {
    let home = try TemporaryFolder()
    let folder = home.path + "/.cache/dualab/cifar-10-batches-bin"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let folders = DataFolders(home: home.path, system: "/nonexistent")
    var settings = Settings()
    try settings.set("data", parsing: "cifar10")
    #expect(
      throws: DataError(
        "\(folder)/data_batch_1.bin: no such file; unpack the whole archive, or set data.dir to its folder")
    ) {
      try loadData(settings, folders: folders)
    }
    for name in CIFAR10.archive.format.train + ["test_batch.bin"] {
      try FileManager.default.copyItem(
        at: Repository.oracle("formats/cifar10_batch.bin"), to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    #expect(
      throws: DataError(
        "\(folder)/data_batch_1.bin: 30730 bytes (10 records) where 10000 records of 3073 bytes make 30730000; "
          + "download the archive again")
    ) { try loadData(settings, folders: folders) }
    // $DUALAB_DATA comes first, data.dir before it; there the folder inside is found too.
    let own = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: own.path + "/cifar10", withIntermediateDirectories: true)
    let first = DataFolders(own: own.path, home: home.path, system: "/nonexistent")
    #expect(CIFAR10.archive.place(first) == own.path + "/cifar10")
    try settings.set("data.dir", parsing: "~/.cache/dualab")
    let error = #expect(throws: DataError.self) { try loadData(settings, folders: first) }
    #expect(error?.description.hasPrefix("\(folder)/data_batch_1.bin: 30730 bytes") == true)
  }

  @Test(arguments: [CIFAR10.archive, CIFAR100.archive]) func `where it is absent one line says how to get it`(
    archive: CIFARArchive
  )
    throws
  {
    var settings = Settings()
    try settings.set("data", parsing: archive.name)
    let folders = DataFolders(home: "/home/none", system: "/nonexistent")
    let error = #expect(throws: DataError.self) { try loadData(settings, folders: folders) }
    let line = try #require(error?.description)
    for part in [
      "not found", "~/.cache/dualab/\(archive.name)", "/nonexistent/\(archive.name)", archive.archive, archive.digest,
      "https://www.cs.toronto.edu/~kriz/cifar.html", "data.dir=FOLDER",
    ] { #expect(line.contains(part), "\(part)") }
    #expect(!line.contains("\n"))
  }

  @Test func `Imagenette says where it was looked for and how to get it`() throws {
    var settings = Settings()
    try settings.set("data", parsing: "imagenette")
    let error = #expect(throws: DataError.self) { try loadData(settings, folders: nowhere) }
    #expect(
      error?.description.hasPrefix("imagenette: not found in /nonexistent/imagenette2-320; run 'dualab data fetch")
        == true)
  }

  @Test func `the first layer gets the paper's constants, and none with Imagenette`() {
    #expect(CIFAR10.standardization(channels: 3) == ([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]))
    #expect(Imagenette.standardization(channels: 3) == ([0, 0, 0], [1, 1, 1]))
    #expect(Mirage.standardization(channels: 2) == ([0.5, 0.5], [0.25, 0.25]))
    #expect(FashionMNIST.standardization(channels: 1) == ([0.5], [0.25]))
  }
}
