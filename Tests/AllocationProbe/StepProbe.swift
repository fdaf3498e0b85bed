import CAllocations
import Engine
import Events
import Recipe

/// The engine's whole training step, as every run takes it.
struct StepProbe {
  private let trainer: Trainer
  private let settings: Settings

  /// A session of the initial settings, with small numbers of steps and images, changed by `assignments`.
  init(_ threads: Int, _ assignments: [String]) throws {
    var settings = Settings()
    for assignment in ["data=mirage", "model=conv4", "steps=60", "batch=32", "data.train=400", "attack.steps=2"]
      + assignments
    {
      try settings.apply(assignment: assignment)
    }
    self.settings = settings
    trainer = try Trainer(settings: settings, presetName: "probe", threads: threads, folder: nil)
  }

  /// The most that any of the later steps allocates; the first ones make the memory that later ones use again.
  func most() throws -> Int {
    var most = 0
    for number in 1...40 {
      allocations_start()
      let sample = try trainer.step(number, settings: settings) {}
      let count = allocations_stop()
      if number > 3, sample.step == number { most = max(most, count) }
    }
    return most
  }
}
