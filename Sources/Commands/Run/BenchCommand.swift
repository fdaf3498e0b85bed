import ArgumentParser
import Engine
import Foundation
import Readout
import Tensors

/// `dualab bench`: how fast a training step runs on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time the MAT-Cat PGD-10 training step on this machine.",
    usage: "dualab bench [<options>]",
    discussion: """
      a: preact-resnet18 width 64, 3×32×32, N=8 · b: width 16, N=64 · c: width 16, 1×28×28, N=128 · d: conv4, 1×16×16, \
      N=128 · e: wide-resnet 28-10, 3×32×32, N=8, two steps of PGD instead of ten · f: as a, with SiLU

      Times the step that 'dualab train' runs, on mirage images: loading the batch, copying weights and statistics for the \
      case of an error, the attack, forward, loss, backward, SGD, and checking that loss, gradients and weights are finite. \
      'attack' and 'outer' are parts of 'step'; 'train-BN' is the step with batch statistics in the attack; 'forward' is \
      one pass over the N clean images in eval mode.

      'make compare' alternates this with Benchmarks/pytorch_baseline.py and prints the ratios.
      """)

  @Option(help: ArgumentHelp("Configurations to time, e.g. a,b.", valueName: "list"))
  var only = "a,b,c,d"

  @Option(help: "Number of timed steps per configuration. Medians are printed.")
  var repeats = 5

  @Option(help: "Number of worker threads.")
  var threads = 1

  @Option(help: ArgumentHelp("Write the results as JSON (- for stdout).", valueName: "file"))
  var json: String?

  func run() throws {
    let names = only.split(separator: ",").map(String.init)
    let known = StepBenchmark.Configuration.allCases
    for name in names where !known.contains(where: { $0.name == name }) {
      throw CommandFailure.usage("--only \(name): use one or more of \(known.map(\.name).joined(separator: ","))")
    }
    guard (1...1000).contains(repeats) else { throw CommandFailure.usage("--repeats \(repeats): use 1 … 1000") }
    if let json, json != "-" { try OutputFile("--json", json).check() }
    guard (1...1024).contains(threads) else { throw CommandFailure.usage("--threads \(threads): use 1 … 1024") }
    var results: [StepBenchmark.Result] = []
    for configuration in known where names.contains(configuration.name) {
      results.append(try StepBenchmark(configuration, threads: threads).run(repeats: repeats))
    }
    // Last, because OpenBLAS allocates memory that the results must not count.
    let peak = SgemmPeak.measure()
    for index in results.indices { results[index].compare(withSgemm: peak) }
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let text = String(decoding: try encoder.encode(results), as: UTF8.self) + "\n"
      if json == "-" { return try Output.standard.result(text) }
      do { try AtomicFile.write(Data(text.utf8), to: URL(fileURLWithPath: json)) } catch {
        throw CommandFailure.failed("--json \(json): cannot write this file; choose another")
      }
    }
    try Output.standard.result(table(results, peak: peak))
  }

  private func table(_ results: [StepBenchmark.Result], peak: Double) -> String {
    let head = ["", "step", "attack", "outer", "forward", "train-BN", "img/s", "GFLOP/s", "of sgemm", "memory"]
    let rows = results.map { result in
      [
        result.configuration, milliseconds(result.step), milliseconds(result.attack), milliseconds(result.outer),
        milliseconds(result.forward), milliseconds(result.stepTrainBN), "\(Int(result.imagesPerSecond))",
        "\(Int(result.gigaflops))", "\(Int(100 * (result.shareOfSgemm ?? 0))) %",
        "\(Int(result.peakMegabytes)) MB",
      ]
    }
    let kernels =
      results.first.map { "kernels \($0.kernels), \($0.threads == 1 ? "1 thread" : "\($0.threads) threads"), " } ?? ""
    return
      "\(kernels)OpenBLAS sgemm 1024³ on one thread \(Int(peak)) GFLOP/s; medians of \(repeats == 1 ? "1 step" : "\(repeats) steps")\n"
      + Listing.text([head] + rows)
  }

  private func milliseconds(_ seconds: Double) -> String {
    "\((seconds * 10_000).rounded() / 10) ms"
  }
}
