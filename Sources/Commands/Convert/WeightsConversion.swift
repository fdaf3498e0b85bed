import Engine
import Foundation
import Networks
import Recipe
import Spelling
import Tensors

/// Conversion of another program's weights: to a file that names its network, to a `.pt`, or to other normalization
/// layers.
struct WeightsConversion {
  private let former: Network
  private let network: Network
  private let pool: ThreadPool
  /// What a person should know of the file, one line each.
  let notes: [String]
  private let warnings: [String]

  /// Reads the weights as 'dualab attack' does. Settings of normalization layers say what to convert to, all others
  /// which network it is. Throws one line.
  init(_ path: String, _ given: [String: String], changes: [Assignment], threads: Int) throws {
    pool = ThreadPool(threads: threads)
    var given = given, settings = Settings()
    let targets = changes.filter {
      $0.name.prefix { $0 != "." } == "norm" && !["norm.eps", "norm.groups"].contains($0.name)
    }
    for change in targets {
      given[change.name] = nil
      try settings.set(change.name, parsing: change.value)
    }
    let imported = try WeightsFile(path).likelyNetwork(given, pool: pool)
    former = imported.network
    notes = imported.notes
    guard !targets.isEmpty else {
      (network, warnings) = (former, [])
      return
    }
    if !targets.contains(where: { $0.name == Knob.norm.name }) { try settings.set(.norm, to: former.settings.norm) }
    for target in targets {
      guard let reason = AnyKnob.named(target.name)?.idleReason(in: settings) else { continue }
      throw SettingError("--set \(target.name)=\(target.value): \(reason); remove it, or set norm too")
    }
    var wanted = former.settings
    wanted.setNorms(from: settings)
    if let complaint = wanted.normComplaint { throw SettingError(complaint) }
    let (converted, changed) = try former.converted(to: wanted)
    converted.follow(settings)
    (network, warnings) = (converted, changed.map { "\($0)" })
  }

  /// Writes the file, reads it back and compares. Returns what to print, a line each. Throws one line.
  func write(to out: String) throws -> [String] {
    try network.export(to: out)
    let settings = network.settings
    var lines = ["\(settings.title) of width \(settings.width) with \(settings.classes) classes"]
    if former.settings.norm != settings.norm {
      lines.append("\(former.settings.norm.rawValue) → \(settings.norm.rawValue)")
    }
    lines += warnings.map { "warning: \($0)" }
    let count = 16
    var random = RandomStream(seed: 0, purpose: .weights, step: 0)
    let images = (0..<count * settings.input.planarCount).map { _ in random.uniform(0, 1) }
    let before = former.evaluate(images, count: count), after = try read(out).evaluate(images, count: count)
    guard after == network.evaluate(images, count: count) else {
      throw CommandFailure.failed("\(out): reads back as another network than was written; do not use this file")
    }
    let change = zip(before, after).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    lines.append(
      "read back; logits on \(count) images of noise: "
        + (change == 0 ? "unchanged, bit for bit" : "largest change \(NumberText.short(Double(change)))"))
    if Network.isPyTorch(out) { lines += network.exportNotes.map { "note: \($0)" } }
    return lines + ["written to \(out)"]
  }

  /// The network of the written file, which is told what a state dictionary does not say.
  private func read(_ out: String) throws -> Network {
    let given = Network.isPyTorch(out) ? network.described : [:]
    let imported = try WeightsFile(out, takesSettings: false).network(given, input: network.settings.input, pool: pool)
    imported.network.branch = network.branch
    return imported.network
  }
}
