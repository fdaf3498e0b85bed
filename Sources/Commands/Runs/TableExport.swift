import Events
import Foundation
import Readout
import Runs

/// A run as rows of text.
enum TableExport {
  private static let columns = [
    "seq", "event", "step", "epoch", "loss", "clean_loss", "adversarial_loss", "kl", "dbn_nll", "lr", "images", "split",
    "weights", "attack", "n", "clean", "adversarial", "pgd10", "quick_gap", "deep_gap", "gap_state", "seconds",
  ]

  /// A row for each sample and each measurement of accuracies. Empty where a column says nothing about a row.
  static func csv(_ store: RunStore) throws -> String {
    var lines = [columns.joined(separator: ",")]
    for (seq, event) in try store.events(pictures: .last) {
      guard var values = values(of: event) else { continue }
      values["seq"] = "\(seq)"
      lines.append(columns.map { quoted(values[$0] ?? "") }.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func values(of event: Event) -> [String: String]? {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    switch event {
    case .sample(let sample):
      return [
        "event": "sample", "step": "\(sample.step)", "epoch": "\(sample.epoch)", "loss": "\(sample.loss)",
        "clean_loss": text(sample.cleanLoss), "adversarial_loss": text(sample.adversarialLoss), "kl": text(sample.kl),
        "dbn_nll": text(sample.dbnNLL), "lr": "\(sample.learningRate)", "images": "\(sample.images)",
        "clean": text(sample.cleanAccuracy?.value), "adversarial": text(sample.adversarialAccuracy?.value),
        "seconds": "\(sample.seconds)",
      ]
    case .probe(let probe):
      return [
        "event": "probe", "step": "\(probe.step)", "split": probe.split.rawValue, "weights": probe.weights.rawValue,
        "attack": probe.attack, "n": "\(probe.clean.n)", "clean": "\(probe.clean.value)",
        "adversarial": "\(probe.adversarial.value)", "pgd10": text(probe.pgd10?.value),
        "quick_gap": text(probe.quick?.gap), "deep_gap": text(probe.deep?.gap),
        "gap_state": probe.gapState?.rawValue ?? "", "seconds": "\(probe.seconds)",
      ]
    default: return nil
    }
  }

  /// RFC 4180: quotes where they are needed.
  private static func quoted(_ text: String) -> String {
    text.contains(where: { ",\"\n\r".contains($0) }) ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  /// Every event, a line each, as `train --json` prints them.
  static func jsonLines(_ store: RunStore) throws -> String {
    try store.events().map { HeadlessReport.json($0.event) + "\n" }.joined()
  }
}
