import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Training gives the bits it always gave: the weights of three shipped presets after 60 steps with seed 0, by SHA-256
/// of the tensors in `last.safetensors`.
///
/// A digest changes with anything that changes a single rounding: kernels, the order of a sum, random streams, a
/// preset's values, and the C library: losses and mirage use its `exp`, `log` and `tanh`, whose last bit differs
/// between versions of glibc, and between CPUs with and without FMA. The digests are those of glibc 2.36 on an x86-64
/// CPU with FMA; on another system all of them may differ without a fault in dualab. A change that is meant to change
/// bits records new digests, and its commit says why. avx512 gives the bits of avx2.
@Suite(.timeLimit(.minutes(5))) struct SameBitsTests {
  private static let recorded = [
    "avx2": [
      "false-robustness": "d1d201792888d82636a64bfb632713293eeba214a91dff1c27f024d1a4bb8203",
      "trades": "1d2e0d5f29f5ba80999662704ad47726405cb5b620c29ed6d4f0f8d16c85b363",
      "tour-dbn": "2d3bdf8edb25ee643cf403562baa7097c0b8dc582718745a6321aac9daa79b3f",
    ],
    "portable": [
      "false-robustness": "e88978c3135d6175ee20063639802d36ece85fe15f5f8550a967289af73ae4d0",
      "trades": "cfde53f86c1d907a942fce91a3ab307185748ad5bb8c0157683315aee2961246",
      "tour-dbn": "9f483bd18b709184b2697416ab817dba0b9a03585f8a953358871718d48daf7c",
    ],
  ]

  @Test(
    "Weights after 60 steps have the recorded digests",
    arguments: ["avx512", "avx2", "portable"], ["false-robustness", "trades", "tour-dbn"])
  func weights(variant: String, preset: String) throws {
    guard KernelVariant.available.contains(variant) else {
      // A machine without AVX2 checks the portable kernels only, and says so.
      print("\(variant): not checked, this CPU cannot run it; it can run \(KernelVariant.available)")
      return
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process(), errors = Pipe()
    process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("dualab"))
    process.arguments = [
      "train", "--presets-dir", Repository.root.appendingPathComponent("presets").path, "--preset", preset, "--steps",
      "60", "--seed", "0", "--threads", "2", "--quiet", "--out", folder.path,
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["DUALAB_CPU": variant]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let complaint = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(complaint)")
    let file = try Data(contentsOf: folder.appendingPathComponent("checkpoints/last.safetensors"))
    let digest = SHA256.digest(try weights(of: file))
    let expected = Self.recorded[variant == "avx512" ? "avx2" : variant]?[preset]
    #expect(digest == expected, "\(preset) on \(variant) kernels")
  }

  /// The bytes of the weights and running statistics, without what else a run keeps, in the order of the file.
  private func weights(of file: Data) throws -> Data {
    let tensors = try Safetensors(data: file).tensors.filter { name, _ in
      !name.hasPrefix("momentum.") && !name.hasPrefix("best.") && !name.hasPrefix("sentinel.")
    }
    return tensors.sorted { $0.key < $1.key }.reduce(into: Data()) { $0 += $1.value.bytes }
  }

  /// Test vectors of FIPS 180-4, and one that fills its last block.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func theDigestIsSHA256(text: String, digest: String) {
    #expect(SHA256.digest(Data(text.utf8)) == digest)
  }
}
