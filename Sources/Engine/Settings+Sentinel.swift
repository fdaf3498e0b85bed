import Diagnostics
import Events

/// What the settings mean to the sentinel.
extension Settings {
  /// How often it looks, and for how much.
  var sentinelLimits: SentinelSchedule.Limits {
    SentinelSchedule.Limits(
      every: integer("sentinel.every"), deepEvery: integer("sentinel.deep_every"), budget: number("sentinel.budget"))
  }

  /// When a gap is watched and when it is an alarm. The interval's lower end may lie ten points below. ALGORITHMS §11.4.
  var gapThresholds: GapThresholds {
    let watch = number("sentinel.watch"), alarm = number("sentinel.alarm")
    return GapThresholds(
      watch: watch, watchLower: max(0, watch - 0.1), alarm: alarm, alarmLower: max(0, alarm - 0.1))
  }

  /// Forward and backward passes of one image that a training step on so many clean images makes.
  func passesOfStep(images: Int) -> Int {
    let attack = images * attackPasses
    switch text("objective") {
    case "standard": return 2 * images
    case "at": return attack + 2 * images
    // The clean predictions that the attack goes away from take one more pass.
    case "trades": return attack + 5 * images
    default: return attack + 4 * images
    }
  }

  /// What a quick look costs at least: the clean pass, the attack as trained, and a look at its points.
  var leastLookPasses: Int { integer("sentinel.images") * (attackPasses + 2) }

  /// Passes of the training attack on one image.
  private var attackPasses: Int { text("attack") == "fgsm" ? 2 : 2 * integer("attack.steps") }
}
