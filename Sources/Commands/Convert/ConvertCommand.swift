import ArgumentParser
import Engine
import Events
import Foundation
import Networks
import Recipe

/// `dualab convert`: replaces the normalization layers of a checkpoint.
package struct ConvertCommand: ParsableCommand, SetsValues, LimitsImages {
  package static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Replace a checkpoint's normalization layers, or recompute its running statistics.",
    usage: """
      dualab convert --checkpoint <file> --out <file> [<options>]
      dualab convert --weights <file> --out <file> [<options>]
      """,
    discussion: """
      Converting BN to dual or split BN does not change the network's function. Any other conversion reports what \
      changes and measures it on the checkpoint's test images.

      --recalibrate recomputes the running statistics from training batches (only norm bn, dbn and split have them). In a \
      dbn checkpoint, dbn.temperature can be changed without changing norm.

      If --out ends in .pt or .pth, the file is a state dictionary for PyTorch, which torch.load reads with \
      weights_only=True. Weights of other programs are read as 'dualab attack' reads them.
      """)

  package static let setHelp = "Set norm, norm.layers, norm.affine, or a dbn or data setting, e.g. norm=dbn."
  package static let usualLimit: Int? = 512

  @Option(help: ArgumentHelp("Checkpoint of a run.", valueName: "file"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp("State dictionary of another program: .safetensors, .pt, .pth or .ckpt.", valueName: "file"))
  var weights: String?

  @OptionGroup var network: NetworkOptions

  @OptionGroup var set: SetOption<Self>

  @Option(help: ArgumentHelp("File to write; .pt and .pth are for PyTorch.", valueName: "file"))
  var out: String

  @Option(help: ArgumentHelp("Recompute the running statistics from N training batches.", valueName: "n"))
  var recalibrate: Int?

  @OptionGroup var limit: LimitOption<Self>

  @OptionGroup var threads: ThreadsOption

  package init() {}

  package func run() throws { try run(output: .standard) }

  /// The same with the caller's own streams.
  package func run(output: Output) throws {
    if let recalibrate { try CommandFailure.check("--recalibrate", recalibrate, in: 1...Int.max) }
    let changes = try set.changes, most = try limit.count ?? .max, threads = try threads.count
    if out.lowercased().hasSuffix(".ckpt") {
      throw CommandFailure.usage("--out \(out): Lightning's checkpoints are not written; end it in .pt or .safetensors")
    }
    guard let checkpoint else { return try convertWeights(changes, threads, output) }
    guard weights == nil, network.typed.isEmpty else {
      throw CommandFailure.usage("--weights, --model and --key do not go with --checkpoint; remove one of them")
    }
    if changes.isEmpty, recalibrate == nil, !Network.isPyTorch(out) {
      throw CommandFailure.usage(
        "nothing to convert; use --set norm=NAME, --recalibrate N, or both; or end --out in .pt for PyTorch")
    }
    try OutputFile("--out", out).check(inputs: [("--checkpoint", checkpoint)], makesFolder: true)
    let saved = try SavedCheckpoint(checkpoint, takesSettings: false)
    let settings = try target(saved.settings, changes, of: checkpoint)
    var conversion = try Conversion(saved, to: settings, limit: most, threads: threads)
    for note in conversion.notes { try output.error("\(note)\n") }
    if let recalibrate { try conversion.recalibrate(batches: recalibrate) }
    // The title has the norms.
    let others = used(differences: saved.settings, settings).filter { $0.name.hasPrefix("dbn.") }.map { knob in
      "\(knob.name) \(saved.settings.formatted(knob)) → \(settings.formatted(knob))"
    }
    let lines = try describe(conversion, others)
    if Network.isPyTorch(out) {
      try conversion.network.export(to: out)
      for note in conversion.network.exportNotes { try output.error("note: \(note)\n") }
    } else {
      try conversion.write(to: out)
    }
    try output.result(lines.joined(separator: "\n") + "\n")
  }

  /// Another program's weights.
  private func convertWeights(_ changes: [Assignment], _ threads: Int, _ output: Output) throws {
    guard let weights else { throw CommandFailure.usage("use either --checkpoint FILE or --weights FILE") }
    if let recalibrate {
      throw CommandFailure.usage("--recalibrate \(recalibrate) needs a run's training data; use it with --checkpoint")
    }
    if let limit = limit.limit {
      throw CommandFailure.usage("--limit \(limit): no images are measured with --weights; remove it")
    }
    if let change = changes.first(where: { $0.name.hasPrefix("dbn.") }) {
      throw CommandFailure.usage(
        "--set \(change.name)=\(change.value): a file of weights does not keep it; remove it, or convert a run's "
          + "checkpoint with --checkpoint")
    }
    try OutputFile("--out", out).check(inputs: [("--weights", weights)])
    let conversion = try WeightsConversion(weights, network.given(changes), changes: changes, threads: threads)
    for note in conversion.notes { try output.error("note: \(note)\n") }
    let lines = try conversion.write(to: out)
    try output.result(lines.joined(separator: "\n") + "\n")
  }

  /// The checkpoint's settings with the changes. Throws `SettingError` or `CommandFailure` of usage.
  private func target(_ own: Settings, _ changes: [Assignment], of checkpoint: String) throws -> Settings {
    var settings = own
    for change in changes {
      guard ["norm", "dbn", "data"].contains(change.name.prefix { $0 != "." }) else {
        throw CommandFailure.usage(
          "--set \(change.name)=\(change.value): 'convert' only changes normalization layers; use norm, norm.layers, "
            + "norm.affine, dbn.… or data.…")
      }
      try settings.set(change.name, parsing: change.value)
    }
    try checkUse(of: settings, changes)
    if used(differences: own, settings).isEmpty, recalibrate == nil, !(changes.isEmpty && Network.isPyTorch(out)) {
      throw CommandFailure.usage(
        "\(checkpoint): already has norm \(own[.norm].rawValue) with these settings; use other settings, or --recalibrate N"
      )
    }
    return settings
  }

  /// Refuses options that the new norm does not use.
  private func checkUse(of settings: Settings, _ changes: [Assignment]) throws {
    let norm = settings[.norm]
    if let recalibrate, !norm.hasStatistics {
      let others = NormKind.allCases.filter(\.hasStatistics).map(\.rawValue).joined(separator: ", ")
      throw CommandFailure.usage(
        "--recalibrate \(recalibrate): norm \(norm.rawValue) has no running statistics; remove --recalibrate, or use one "
          + "of \(others)")
    }
    for change in changes {
      guard let knob = AnyKnob.named(change.name), settings[knob] != knob.initial,
        let reason = knob.idleReason(in: settings)
      else { continue }
      throw CommandFailure.usage(
        "--set \(change.name)=\(change.value): \(reason); remove the option"
          + (change.name.hasPrefix("data") ? "" : ", or change norm too"))
    }
  }

  /// The norm settings that differ and are used.
  private func used(differences own: Settings, _ settings: Settings) -> [AnyKnob] {
    settings.differences(from: own).filter { knob in
      ["norm", "dbn"].contains(knob.name.prefix { $0 != "." }) && knob.idleReason(in: settings) == nil
    }
  }

  // MARK: the report

  private func describe(_ conversion: Conversion, _ changes: [String]) throws -> [String] {
    let titles = conversion.titles, figures = try conversion.measure()
    let (before, after) = figures, drift = after.drift(from: before)
    var lines = ["\(titles.before) → \(titles.after)"] + changes
    if let recalibrate {
      lines.append("running statistics recomputed from \(recalibrate) training batch\(recalibrate == 1 ? "" : "es")")
    } else if conversion.warnings.isEmpty, drift.largest == 0 {
      lines.append("evaluation is unchanged, bit for bit")
    }
    lines += conversion.warnings.map { "warning: \($0)" }
    if let guessing = conversion.guessing(before) {
      lines.append("warning: before the conversion, \(guessing.sentence); check the checkpoint and its data")
    }
    lines.append(
      "logits on \(before.clean.n) test images: largest change \(number(drift.largest)), mean change "
        + "\(number(drift.mean))")
    lines.append(row("clean", before.clean, after.clean))
    lines.append(row(conversion.attackTitle, before.adversarial, after.adversarial))
    return lines + ["written to \(out)"]
  }

  private func row(_ title: String, _ before: Proportion, _ after: Proportion) -> String {
    "\(title): accuracy \(percent(before)) before, \(percent(after)) after (n \(before.n))"
  }

  private func percent(_ proportion: Proportion) -> String { String(format: "%.1f %%", proportion.value * 100) }
  private func number(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.3g", value) }
}
