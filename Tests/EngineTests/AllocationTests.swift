import Foundation
import TestSupport
import Testing

/// A step allocates nothing: memory is planned before, and made by the first steps.
struct AllocationTests {
  @Test(arguments: ["conv4", "preact-resnet18", "resnet34"], [1, 2])
  func attacksAndUpdatesAllocateNothing(model: String, threads: Int) throws {
    try expectNoAllocations(model, threads, norm: "bn")
  }

  @Test(arguments: ["dbn", "split", "in", "gn", "none"]) func noNormAllocates(norm: String) throws {
    try expectNoAllocations("preact-mini", 2, norm: norm)
  }

  private func expectNoAllocations(_ model: String, _ threads: Int, norm: String) throws {
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: try BuiltProduct.path("allocation-probe"))
    process.arguments = [model, "\(threads)", norm]
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let counts = Dictionary(
      uniqueKeysWithValues: output.split(separator: "\n").map { line in
        let words = line.split(separator: " ")
        return (String(words[0]), words.dropFirst().first.flatMap { Int($0) } ?? -1)
      })
    #expect((counts["control"] ?? 0) > 0, "the counter counts")
    for phase in ["attack", "evaluation", "outer"] {
      #expect(counts[phase] == 0, "\(phase) of \(model), \(norm): \(output)")
    }
  }
}
