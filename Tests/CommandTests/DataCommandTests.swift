import Foundation
import TestSupport
import Testing

@Suite struct DataCommandTests {
  private let images = Repository.oracle("formats/imagefolder").path

  @Test func `check reads a folder and counts its classes`() async throws {
    let run = try await BuiltProgram.run(["data", "check", images, "--set", "data.crop=32"])
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    for part in [
      "folder 32×32×3, 18 train, 2 validation, 10 test", "2 images with an EXIF orientation: ignored",
      "    0      2     1  n01440764", "          20    10  images", "all 33 files of \(images)",
    ] { #expect(run.result.contains(part), "\(part): \(run.result)") }
  }

  @Test func `check takes a folder of many sizes as it is, and npz, idx and cache files`() async throws {
    let run = try await BuiltProgram.run(["data", "check", images])
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    #expect(run.result.hasPrefix("folder, 20 train, 10 test; sizes as in the files\n"), "\(run.result)")
    #expect(run.result.contains("/train: 4 of 130×75, 4 of 37×50,") && !run.result.contains("resized"))
    let pair = try await BuiltProgram.run(["data", "check", Repository.oracle("formats/pair_stored.npz").path])
    #expect(pair.status == 0 && pair.result.contains("pair_stored.npz: no test images: a fifth (1)"), "\(pair)")
  }

  @Test func `faults end in one line that names the file, status 1; wrong words with 2`() async throws {
    let broken = Repository.oracle("malformed")
    for (arguments, status, part) in [
      (["data", "check", broken.appendingPathComponent("imagefolder_one_class").path], 1, "one class folder"),
      (["data", "check", broken.appendingPathComponent("npz_bad_crc.npz").path], 1, "npz_bad_crc.npz: "),
      (["data", "check", "imagenete"], 2, "did you mean 'imagenette'?"),
      (["data", "check", images, "--set", "gamma=1"], 2, "only data settings"),
      (["data", "fetch", "nothing"], 2, "unknown data set 'nothing'; use one of cifar10"),
      (["data", "fetch", "fashion-mnist"], 2, "fashion-mnist is not downloaded"),
      (["data", "convert", images, "--out", "x", "--set", "data.crop=8"], 2, "data.crop: the file keeps whole images"),
      (["data", "convert", images, "--out", "x", "--resize", "0"], 2, "--resize 0: use a whole number in 1 … 4096"),
      (["data", "convert", images, "--out", "/proc/x"], 1, "/proc/x: cannot be written"),
      (["data", "convert", "mirage", "--out", "x"], 1, "mirage: its images are kept decoded already"),
    ] as [([String], Int32, String)] {
      let run = try await BuiltProgram.run(arguments, environment: ["DUALAB_DATA": nil, "HOME": "/nonexistent"])
      #expect(
        run.status == status && run.errorLines.count == 1 && run.error.contains(part), "\(arguments): \(run.error)")
    }
  }

  @Test func `an image too thin for a size is fine as it is`() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["ape/0.png", "ape/1.png", "bear/0.png", "bear/1.png"] {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: Repository.oracle("thin/png_\(name.contains("0") ? "1x60000" : "5000x1").png"), to: file)
    }
    let out = folder.appendingPathComponent("a.images").path
    let check = try await BuiltProgram.run(["data", "check", folder.path])
    #expect(check.status == 0 && check.error.isEmpty, "\(check.error)")
    let whole = try await BuiltProgram.run(["data", "convert", folder.path, "--out", out])
    #expect(whole.status == 0 && whole.result.contains("4 images"), "\(whole.error)")
    let resized = try await BuiltProgram.run(["data", "convert", folder.path, "--out", out + "2", "--resize", "1000"])
    #expect(resized.status == 1 && resized.error.contains("use a smaller --resize, or none"), "\(resized.error)")
    #expect(!FileManager.default.fileExists(atPath: out + "2"))
  }

  @Test func `check lists several broken files`() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["ape/0.png", "ape/1.png", "bear/0.png", "bear/1.png"] {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("text".utf8).write(to: file)
    }
    let run = try await BuiltProgram.run(["data", "check", folder.path])
    #expect(run.status == 1 && run.errorLines.count >= 3, "\(run.error)")
    #expect(run.errorLines.first?.contains("neither JPEG nor PNG") == true)
    #expect(run.errorLines.last?.contains("cannot be read)") == true, "\(run.error)")
  }

  @Test func `a cache and its folder train to the same weights by a preset of Imagenette`() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = folder.appendingPathComponent("mini.images").path
    let convert = try await BuiltProgram.run([
      "data", "convert", "imagenette", "--set", "data.dir=\(images)", "--out", cache,
    ])
    #expect(convert.status == 0 && convert.result.contains("30 images"), "\(convert.error)")
    var weights: [Data] = []
    for (number, place) in [images, cache].enumerated() {
      let out = folder.appendingPathComponent("run\(number)")
      let run = try await BuiltProgram.run(
        ["train", "--preset", "imagenette-mat", "--steps", "3", "--out", out.path, "--threads", "\(number + 1)"]
          + [
            "data.dir=\(place)", "data.resize=32", "data.crop=32", "batch=4", "width=4", "attack.steps=1",
            "sentinel.every=0",
          ].flatMap { ["--set", $0] })
      #expect(run.status == 0, "\(run.error)")
      #expect(run.error.contains("note: "), "\(run.error)")
      weights.append(try Data(contentsOf: out.appendingPathComponent("checkpoints/last.safetensors")))
    }
    // Behind the header, which names the folder.
    let tensors = weights.map { $0.dropFirst(8 + $0.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }) }
    #expect(Data(tensors[0]) == Data(tensors[1]) && !tensors[0].isEmpty)
  }

  @Test func `attack takes a folder, crops it and says what became of the files`() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let run = try await BuiltProgram.run(
      ["train", "--steps", "1", "--out", out.path]
        + [
          "data=folder", "data.dir=\(images)", "data.crop=16", "batch=4", "width=4", "attack.steps=1",
          "sentinel.every=0",
        ].flatMap { ["--set", $0] })
    #expect(run.status == 0, "\(run.error)")
    let attack = try await BuiltProgram.run([
      "attack", "--checkpoint", out.appendingPathComponent("checkpoints/last.safetensors").path, "--images", images,
      "--set", "data.crop=16", "--attack", "fgsm", "--eps", "1/255",
    ])
    #expect(attack.status == 0, "\(attack.error)")
    #expect(attack.error.contains("note: images of \(images)/val"), "\(attack.error)")
    let cache = folder.appendingPathComponent("mini.images").path
    #expect(try await BuiltProgram.run(["data", "convert", images, "--out", cache]).status == 0)
    let again = try await BuiltProgram.run([
      "attack", "--checkpoint", out.appendingPathComponent("checkpoints/last.safetensors").path, "--images", cache,
      "--set", "data.crop=16", "--attack", "fgsm", "--eps", "1/255",
    ])
    func verdict(_ run: BuiltProgram.Run) -> [Substring] {
      run.result.split(separator: "\n").filter { $0.contains("accuracy") }
    }
    #expect(again.status == 0 && verdict(again) == verdict(attack) && !verdict(again).isEmpty, "\(again.error)")
    let mixed = try await BuiltProgram.run([
      "attack", "--weights", out.appendingPathComponent("checkpoints/last.safetensors").path, "--images", images,
      "--attack", "fgsm", "--eps", "1/255",
    ])
    #expect(
      mixed.status == 1 && mixed.errorLines.count == 1 && mixed.error.contains("set data.crop=SIDE"), "\(mixed.error)")
  }
}
