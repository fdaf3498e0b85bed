import Engine
import Evaluation
import Foundation
import Networks
import Runs
import Tensors

/// Earlier checkpoints of the run that a checkpoint is of, to make adversarial images on.
struct EarlierWeights {
  /// At most this many are used.
  static let count = 4

  /// The networks, the earliest first.
  let sources: [TransferSource]
  /// Checkpoints that can't be used, one line each.
  let notes: [String]

  /// Those next to the checkpoint at `path`, from fewer steps than it has; none when it does not lie in a run's folder.
  init(than path: String, input: Shape, pool: ThreadPool) throws {
    let url = URL(fileURLWithPath: path), folder = url.deletingLastPathComponent()
    guard folder.lastPathComponent == "checkpoints", let own = try? SavedCheckpoint(path) else {
      (sources, notes) = ([], [])
      return
    }
    var steps: [Int: URL] = [:]
    for entry in RunFiles(folder.deletingLastPathComponent()).entries where entry.step < own.step {
      steps[entry.step] = entry.url
    }
    var sources: [TransferSource] = [], notes: [String] = []
    for step in Self.spread(steps.keys.sorted()) {
      guard let file = steps[step] else { continue }
      do {
        let network = try SavedCheckpoint(file.path).network(input: input, pool: pool).network
        sources.append(TransferSource(name: "step \(step)", classifier: network))
      } catch { notes.append("not used for transfer: \(error)") }
    }
    (self.sources, self.notes) = (sources, notes)
  }

  /// At most `count` of them, the last among them, evenly distributed.
  static func spread(_ steps: [Int]) -> [Int] {
    guard steps.count > count else { return steps }
    return (1...count).map { steps[$0 * steps.count / count - 1] }
  }
}
