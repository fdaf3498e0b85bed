import Events

/// What panes hear that no session tells: how the lab looks on, which runs there are, what the machine is doing.
package enum PaneNews: Sendable, Hashable {
  /// Nothing is trained by the lab itself.
  case onlooking(Onlooking)
  /// The folder with the runs was read.
  case runs(RunsNews)
  /// The process and the machine were looked at.
  case machine(MachineNews)
  /// Fraction of the last seconds, of one core, in which the screen was drawn.
  case drawing(Double)
  /// What a product of matrices reaches on one thread, in 10⁹ operations per second.
  case peak(Double)
  /// How far the attack of a slow step is; nil when steps are quick again.
  case step(StepNews?)
  /// How far a slow validation or test is; nil when none is under way.
  case measurement(MeasurementNews?)

  /// Ways of looking at a run that is not trained here.
  package enum Onlooking: String, Sendable, Hashable {
    /// A run that is over, played again.
    case replay
    /// A run of another process.
    case following
  }

  /// What is replaced by later news of the same topic.
  package enum Topic: Sendable, Hashable { case onlooking, runs, machine, drawing, peak, step, measurement }

  /// What it is about.
  package var topic: Topic {
    switch self {
    case .onlooking: .onlooking
    case .runs: .runs
    case .machine: .machine
    case .drawing: .drawing
    case .peak: .peak
    case .step: .step
    case .measurement: .measurement
    }
  }
}

/// How far the attack of a training step is.
package struct StepNews: Sendable, Hashable {
  /// The step, from 1.
  package let step: Int
  /// The attack as shown: `PGD-10`.
  package let attack: String
  /// The iteration that has begun, from 1, and how many there are.
  package let iteration: Int, iterations: Int

  package init(step: Int, attack: String, iteration: Int, iterations: Int) {
    (self.step, self.attack, self.iteration, self.iterations) = (step, attack, iteration, iterations)
  }
}

/// How far a validation or test is.
package struct MeasurementNews: Sendable, Hashable {
  /// Images that are done, and how many there are.
  package let images: Int, count: Int

  package init(images: Int, count: Int) { (self.images, self.count) = (images, count) }
}

/// The runs in a folder.
package struct RunsNews: Sendable, Hashable {
  /// The folder, as a person names it.
  package var folder: String
  /// In the order of their beginning.
  package var runs: [RunEntry]
  /// How many could not be read.
  package var unreadable: Int

  package init(folder: String, runs: [RunEntry], unreadable: Int = 0) {
    (self.folder, self.runs, self.unreadable) = (folder, runs, unreadable)
  }
}

/// What there is to say about a run in one line.
package struct RunEntry: Sendable, Hashable {
  /// The folder's name, and the path that commands take.
  package var name: String, path: String
  package var preset: String
  /// Where it stands, in one word: `running`.
  package var state: String
  /// Steps done, and of the whole run.
  package var step: Int, steps: Int?
  /// When it began, `2026-11-29 20:15`.
  package var began: String
  /// The run it branched off and the step there.
  package var parent: (name: String, step: Int)? {
    get { parentName.map { ($0, parentStep) } }
    set { (parentName, parentStep) = (newValue?.name, newValue?.step ?? 0) }
  }
  private var parentName: String?
  private var parentStep = 0
  /// Accuracies of the last weights: on test images where it was finished, else on validation images.
  package var clean: Proportion?, adversarial: Proportion?
  /// The attack of the second, as shown, and of which images the two are.
  package var attack = "", split = ""
  /// What stronger attacks left at the last check, which tier they were, the step, and clean accuracy at that check:
  /// of validation images, where the other accuracies may be of test images.
  package var strongest: Proportion?, tier: GapTier?, checkedStep: Int?, checkedClean: Proportion?
  /// What its gap means.
  package var gap: GapState?

  package init(name: String, path: String, preset: String, state: String, step: Int, steps: Int?, began: String) {
    (self.name, self.path, self.preset, self.state) = (name, path, preset, state)
    (self.step, self.steps, self.began) = (step, steps, began)
  }
}

/// What the process takes of the machine.
package struct MachineNews: Sendable, Hashable {
  /// Bytes of memory now and at most, and what the process can still get; nil where nobody says.
  package var resident: Int, peak: Int, available: Int?
  /// Cores of the machine, and the kernels that run.
  package var cores: Int, kernels: String
  /// Bytes that the run's checkpoints take on the disk; nil where nothing is written.
  package var checkpoints: Int?

  package init(resident: Int, peak: Int, available: Int?, cores: Int, kernels: String, checkpoints: Int? = nil) {
    (self.resident, self.peak, self.available) = (resident, peak, available)
    (self.cores, self.kernels, self.checkpoints) = (cores, kernels, checkpoints)
  }
}

extension RunEntry {
  /// True for the run in this folder.
  func isIn(_ folder: String) -> Bool { !folder.isEmpty && (folder == path || folder.hasSuffix("/" + path)) }
}
