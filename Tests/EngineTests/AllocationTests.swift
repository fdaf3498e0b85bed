import Foundation
import TestSupport
import Testing

/// A step allocates nothing: memory is planned in advance and made by the first steps.
struct AllocationTests {
  @Test(
    arguments: ["conv4", "preact-resnet18", "resnet34", "preact-resnet18-deepmind", "vgg11-bn", "vgg16-bn-cifar"],
    [1, 2])
  func attacksAndUpdatesAllocateNothing(model: String, threads: Int) throws {
    try expectNoAllocations(model, threads, norm: "bn")
  }

  @Test(arguments: ["dbn", "split", "in", "gn", "none"]) func noNormAllocates(norm: String) throws {
    try expectNoAllocations("preact-mini", 2, norm: norm)
  }

  /// The trainer's whole step: loading, attack, passes, update. Four epochs of 400 images.
  @Test(
    arguments: [
      [], ["objective=at"], ["objective=trades", "beta=6"], ["objective=mart", "beta=5"], ["objective=standard"],
      ["batching=seq"], ["objective=trades", "beta=6", "batching=seq3"], ["awp=0.005"],
      ["attack.bn=batch-notrack"], ["objective=trades", "beta=6", "attack.bn=batch-track"], ["attack=fgsm"],
      ["augment=ates"], ["norm=dbn", "beta=0.4"],
    ], [1, 2])
  func aWholeStepAllocatesNothing(settings: [String], threads: Int) throws {
    #expect(try probe(["step", "\(threads)"] + settings)["step"] == 0, "\(settings), \(threads) threads")
  }

  private func expectNoAllocations(_ model: String, _ threads: Int, norm: String) throws {
    let counts = try probe([model, "\(threads)", norm])
    #expect((counts["control"] ?? 0) > 0, "the counter counts")
    for phase in ["attack", "evaluation", "outer"] {
      #expect(counts[phase] == 0, "\(phase) of \(model), \(norm): \(counts)")
    }
  }

  /// What the probe counted, phase by phase.
  private func probe(_ arguments: [String]) throws -> [String: Int] {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("allocation-probe"))
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return Dictionary(
      uniqueKeysWithValues: output.split(separator: "\n").map { line in
        let words = line.split(separator: " ")
        return (String(words[0]), words.dropFirst().first.flatMap { Int($0) } ?? -1)
      })
  }
}
