import Attacks
import Datasets
import Networks
import Objectives
import Recipe

/// What the settings make of a training step. Made again only when they change, since making it allocates.
final class StepPlan {
  let settings: Settings
  let objective: any Objective
  let attack: any Attack
  /// Its name as shown.
  let attackTitle: String
  /// How normalization layers treat the passes of the attack.
  let attackMode: Mode
  let batching: Batching
  /// Relative size of the adversarial weight perturbation; 0: none.
  let weightPerturbation: Double
  let schedule: Schedule
  /// Owns the memory that it works in.
  var augmenter: Augmenter

  init(_ settings: Settings, data: DataSplits) {
    self.settings = settings
    objective = settings.objective
    attack = settings.trainingAttack
    attackTitle = attack.title
    attackMode = settings.attackMode
    batching = settings[.batching]
    weightPerturbation = settings[.awp]
    schedule = Schedule(settings)
    augmenter = Augmenter(settings, data: data)
  }
}
