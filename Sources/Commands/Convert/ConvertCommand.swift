import ArgumentParser
import Engine
import Events
import Foundation
import Networks
import Recipe
import Spelling

/// `dualab convert`: a checkpoint with other norms.
package struct ConvertCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Give a checkpoint other norms, or new running statistics.",
    discussion: """
      From BN to dual or split BN the network stays the same function; every other change is said in words, and measured \
      on the checkpoint's test images. --recalibrate takes new running statistics from training batches, for norms that \
      have some: bn, dbn, split. Of a dbn checkpoint dbn.temperature alone can be changed, too.
      """)

  @Option(help: ArgumentHelp("A checkpoint of a run.", valueName: "file"))
  var checkpoint: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "norm, norm.layers, norm.affine, a setting of dual BN or of the data, such as norm=dbn; may be given many times.",
      valueName: "name=value"))
  var assignments: [String] = []

  @Option(help: ArgumentHelp("The checkpoint to write.", valueName: "file"))
  var out: String

  @Option(help: "Take running statistics anew from so many training batches.")
  var recalibrate: Int?

  @Option(help: "Measure on at most so many test images.")
  var limit = 512

  @Option(help: "Worker threads; results do not depend on it (default: one a core).")
  var threads: Int?

  package init() {}

  package func run() throws { try run(output: .standard) }

  /// The same into streams of the caller's own.
  package func run(output: Output) throws {
    try check()
    do {
      let saved = try SavedCheckpoint(checkpoint, takesSettings: false)
      let settings = try target(saved.settings)
      var conversion = try Conversion(
        saved, to: settings, limit: limit, threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
      for note in conversion.notes { try output.error("\(note)\n") }
      if let recalibrate { try conversion.recalibrate(batches: recalibrate) }
      // The title has the norms.
      let others = changes(from: saved.settings, to: settings).filter { $0.name.hasPrefix("dbn.") }.map { knob in
        "\(knob.name) \(saved.settings.formatted(knob)) → \(settings.formatted(knob))"
      }
      let lines = try describe(conversion, others)
      try conversion.write(to: out)
      try output.result(lines.joined(separator: "\n") + "\n")
    } catch let error as SettingError {
      throw CommandFailure.usage("\(error)")
    } catch let error as CommandFailure {
      throw error
    } catch let error as OutputClosed {
      throw error
    } catch let error as any CustomStringConvertible {
      throw CommandFailure.failed("\(error)")
    }
  }

  private func check() throws {
    if let recalibrate, recalibrate < 1 { throw CommandFailure.usage("--recalibrate \(recalibrate): give 1 or more") }
    if limit < 1 { throw CommandFailure.usage("--limit \(limit): give 1 or more") }
    if let threads, !(1...1024).contains(threads) {
      throw CommandFailure.usage("--threads \(threads): give a whole number in 1 … 1024")
    }
    if assignments.isEmpty, recalibrate == nil {
      throw CommandFailure.usage("give --set norm=NAME, --recalibrate K, or both")
    }
  }

  /// The checkpoint's settings with what was asked for. Throws `SettingError`, `CommandFailure`.
  private func target(_ own: Settings) throws -> Settings {
    var settings = own
    for assignment in assignments {
      let name = String(assignment.prefix { $0 != "=" })
      guard ["norm", "dbn", "data"].contains(name.prefix { $0 != "." }) else {
        throw CommandFailure.usage(
          "--set \(assignment): convert changes norms; give norm, norm.layers, norm.affine, dbn.… or data.…")
      }
      try settings.apply(assignment: assignment)
    }
    try checkUse(of: settings)
    if changes(from: own, to: settings).isEmpty, recalibrate == nil {
      throw CommandFailure.usage(
        "\(checkpoint): has norm \(own[.norm].rawValue) already, with these settings; give other ones, or --recalibrate K"
      )
    }
    return settings
  }

  /// Refuses what the norm asked for does not use.
  private func checkUse(of settings: Settings) throws {
    let norm = settings[.norm]
    if let recalibrate, !norm.hasStatistics {
      throw CommandFailure.usage(
        "--recalibrate \(recalibrate): norm \(norm.rawValue) has no running statistics; leave it out, or give bn, dbn or split"
      )
    }
    for assignment in assignments {
      guard let knob = AnyKnob.named(String(assignment.prefix { $0 != "=" })), settings[knob] != knob.initial,
        let reason = knob.idleReason(in: settings)
      else { continue }
      throw CommandFailure.usage("--set \(assignment): \(reason); leave it out, or give another norm with it")
    }
  }

  /// The settings of the norms that differ and are used.
  private func changes(from own: Settings, to settings: Settings) -> [AnyKnob] {
    settings.differences(from: own).filter { knob in
      ["norm", "dbn"].contains(knob.name.prefix { $0 != "." }) && knob.idleReason(in: settings) == nil
    }
  }

  // MARK: what was done

  private func describe(_ conversion: Conversion, _ changes: [String]) throws -> [String] {
    let titles = conversion.titles, figures = try conversion.measure()
    let (before, after) = figures, drift = after.drift(from: before)
    var lines = ["\(titles.before) → \(titles.after)"] + changes
    if let recalibrate {
      lines.append("running statistics taken anew from \(recalibrate) training batches")
    } else if conversion.warnings.isEmpty, drift.largest == 0 {
      lines.append("the function in eval mode is the same, bit for bit")
    }
    lines += conversion.warnings.map { "warning: \($0)" }
    lines.append(
      "logits on \(before.clean.n) test images moved by \(number(drift.largest)) at most, \(number(drift.mean)) on average"
    )
    lines.append(row("clean", before.clean, after.clean))
    lines.append(row(conversion.attackTitle, before.adversarial, after.adversarial))
    return lines + [out]
  }

  private func row(_ title: String, _ before: Proportion, _ after: Proportion) -> String {
    "\(title): accuracy \(share(before)) before, \(share(after)) after (n \(before.n))"
  }

  private func share(_ proportion: Proportion) -> String { String(format: "%.3f", proportion.value) }
  private func number(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.3g", value) }
}
