import Attacks
import Evaluation
import Events

/// A quick check on further images.
extension Sentinel {
  /// Fewer further images are not worth a look.
  package static let leastFurtherImages = 16
}

extension Sentinel.QuickProbe {
  /// What a look without history costs on one more image, on average, if it is like those here.
  package func expectedPassesOfFurtherImage(_ attack: any Attack, classes: Int) -> Int {
    let suite = AttackSuite(.sentinel, classes: classes).attacks.reduce(0) { sum, attack in
      let (forwards, backwards) = attack.base.passes(classes: classes)
      return sum + forwards + backwards
    }
    // An image that breaks costs about a fifth; a tenth is to spare.
    let n = Double(max(1, reading.n)), robust = Double(left.count) / n, broken = Double(reading.broken) / n
    return attack.passes + 3 + Int(1.1 * Double(suite) * (robust + broken / 5))
  }

  /// Two checks of the same weights as one; where the images lie is known of the first one's only.
  package static func + (one: Self, other: Self) -> Self {
    var reading = GapReading(
      step: one.step, tier: .quick, n: one.reading.n + other.reading.n,
      survivors: one.reading.survivors + other.reading.survivors, broken: one.reading.broken + other.reading.broken)
    reading.breakers = GapBreaker.sum(one.reading.breakers ?? [], other.reading.breakers ?? [])
    return Self(
      step: one.step, clean: one.clean + other.clean, adversarial: one.adversarial + other.adversarial,
      attack: one.attack, reading: reading, looked: one.looked, survivors: one.survivors, left: one.left,
      passes: one.passes + other.passes)
  }
}
