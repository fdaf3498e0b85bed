import CAllocations
import Engine
import Events
import Recipe

/// The whole training step of the engine, as the lab takes it.
struct StepProbe {
  private var trainer: Trainer
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
    trainer = Trainer(settings: settings, presetName: "probe", threads: threads, folder: nil)
    _ = try trainer.prepare()
  }

  /// The most that any of the later steps allocates; the first make the memory that later ones use again.
  mutating func most() throws -> Int {
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
