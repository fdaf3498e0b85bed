import Networks
import Tensors

/// The memory of a session's steps. Every step uses it again, so that a step allocates nothing.
final class StepMemory {
  /// Clean and adversarial rows of a batch, [2·batch][C][H][W].
  let images: Storage
  /// Gradients of the logits of up to three passes, [3][batch][classes].
  let gradient: Storage
  /// The parameters before the running step.
  private(set) var parameters: Storage
  /// The running statistics before the running step.
  private(set) var statistics: Storage
  /// The images of the step: positions in the training split, indices in the data set, labels.
  var positions: [Int] = []
  var examples: [Int] = []
  var labels: [Int] = []
  /// The clean logits that TRADES' attack moves away from, [batch][classes].
  var target: [Float]

  /// Memory for batches of `batch` images on `network`.
  init(_ network: Network, batch: Int) {
    images = Storage(count: 2 * batch * network.settings.input.planarCount)
    gradient = Storage(count: 3 * batch * network.classes)
    target = [Float](repeating: 0, count: batch * network.classes)
    parameters = network.makeParameterCopy()
    statistics = network.makeStatisticsCopy()
  }

  /// Keeps what a step changes.
  func keep(_ network: Network) {
    network.copyParameters(to: parameters)
    network.copyStatistics(to: statistics)
  }

  /// Gives the network what `keep` kept.
  func restore(_ network: Network) {
    network.restoreParameters(from: parameters)
    network.restoreStatistics(from: statistics)
  }

  /// Makes room for the numbers of another network, which may have other normalization layers.
  func fit(_ network: Network) {
    parameters = network.makeParameterCopy()
    statistics = network.makeStatisticsCopy()
  }
}
