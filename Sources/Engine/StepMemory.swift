import Attacks
import Datasets
import Networks
import Objectives
import Recipe
import Tensors

/// What the settings make of a training step. Made anew only when they change: making it allocates.
struct StepPlan {
  let settings: Settings
  let objective: any Objective
  let attack: any Attack
  let schedule: Schedule

  init(_ settings: Settings) {
    self.settings = settings
    objective = settings.objective
    attack = settings.trainingAttack
    schedule = Schedule(settings)
  }
}

/// The memory of a session's steps, used again by every one of them, so that a step allocates nothing.
final class StepMemory {
  /// Clean and adversarial rows of a batch, [2·batch][C][H][W].
  let images: Storage
  /// Gradients of the logits of up to three passes, [3][batch][classes].
  let gradient: Storage
  /// The parameters before the step under way.
  private(set) var parameters: Storage
  /// The running statistics before the step under way.
  private(set) var statistics: Storage
  /// The images of the step: positions in the training split, indices in the data set, labels.
  var positions: [Int] = []
  var examples: [Int] = []
  var labels: [Int] = []
  /// The clean logits that TRADES' attack goes away from, [batch][classes].
  var target: [Float]
  /// What the last step's passes left in the network.
  let book: PassBook
  private var plan: StepPlan?
  /// Apart from the plan, copies of which are alive during a step: it changes its own memory.
  private var augmenter: (settings: Settings, augmenter: Augmenter)?

  /// Memory for batches of `batch` images on `network`.
  init(_ network: Network, batch: Int, tracker: DistanceTracker?) {
    book = PassBook(tracker: tracker)
    images = Storage(count: 2 * batch * network.settings.input.planarCount)
    gradient = Storage(count: 3 * batch * network.classes)
    target = [Float](repeating: 0, count: batch * network.classes)
    parameters = network.makeParameterCopy()
    statistics = network.makeStatisticsCopy()
  }

  /// What the settings make of a step.
  func plan(for settings: Settings) -> StepPlan {
    if let plan, plan.settings == settings { return plan }
    let made = StepPlan(settings)
    plan = made
    return made
  }

  /// Changes training images at random, as the settings say.
  func augment(
    _ images: UnsafeMutablePointer<Float>, of data: DataSplits, step: Int, _ settings: Settings
  ) {
    if augmenter?.settings != settings { augmenter = (settings, Augmenter(settings, data: data)) }
    augmenter?.augmenter.apply(to: images, examples: examples, step: step)
  }

  // MARK: going back

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

  /// Makes room for another network's numbers, whose norms may be others.
  func fit(_ network: Network) {
    parameters = network.makeParameterCopy()
    statistics = network.makeStatisticsCopy()
    book.clear()
  }
}
