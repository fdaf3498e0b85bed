/// Which attacks a gap was measured with. docs/algorithms.md §11.4.
package enum GapTier: String, Sendable, Hashable, Codable, CaseIterable {
  /// Cheap attacks, and what is remembered of earlier ones: often.
  case quick
  /// AutoAttack's attacks on part of the probe: rarely.
  case deep
  /// Standard AutoAttack on the whole probe, asked for: what confirms an alarm.
  case full
}

/// How much of PGD's accuracy a stronger tier of attacks takes away, on the same images at the same weights.
///
/// A tier attacks only what PGD left, so it can only lower the accuracy: the gap is a proportion of images, `broken` of
/// `n`, and its interval is Clopper and Pearson's.
package struct GapReading: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// Which attacks.
  package var tier: GapTier
  /// Images of the probe it was measured on.
  package var n: Int
  /// Of these, right under PGD as trained.
  package var survivors: Int
  /// Of the survivors, broken by the tier.
  package var broken: Int
  /// `broken` of `n`.
  package var gap: Double
  /// Lower end of the gap's 95 % interval.
  package var lower: Double
  /// Upper end of the gap's 95 % interval.
  package var upper: Double
  /// The attack whose survivors were attacked, where it is not the probe's.
  package var attack: String?
  /// Which attack broke how many, in the order in which they ran; each had only what those before had left. Nil where
  /// that was not kept.
  package var breakers: [GapBreaker]?
  /// The probability, at most, that a network whose gap is not to be watched shows as much by chance.
  package var chance: Double?

  /// A reading with its interval; see `GapReading.init(step:tier:n:survivors:broken:)` of Diagnostics.
  package init(step: Int, tier: GapTier, n: Int, survivors: Int, broken: Int, interval: ClosedRange<Double>) {
    self.step = step
    self.tier = tier
    self.n = n
    self.survivors = survivors
    self.broken = broken
    gap = n == 0 ? 0 : Double(broken) / Double(n)
    lower = interval.lowerBound
    upper = interval.upperBound
  }

  /// Accuracy under PGD on these images.
  package var pgd: Proportion { Proportion(correct: survivors, n: n) }
  /// How much of PGD's accuracy is real: what the tier left of it; 1 where PGD left nothing.
  package var real: Double { survivors == 0 ? 1 : Double(survivors - broken) / Double(survivors) }
  /// Accuracy under PGD and the tier.
  package var accuracy: Proportion { Proportion(correct: survivors - broken, n: n) }
}

/// How many images an attack broke that those before it had left.
package struct GapBreaker: Sendable, Hashable, Codable {
  /// The attack, as shown.
  package var attack: String
  /// Images it broke.
  package var broken: Int

  package init(attack: String, broken: Int) {
    self.attack = attack
    self.broken = broken
  }

  /// Two tallies as one, attack by attack.
  package static func sum(_ one: [GapBreaker], _ other: [GapBreaker]) -> [GapBreaker] {
    other.reduce(into: one) { sum, breaker in
      if let place = sum.firstIndex(where: { $0.attack == breaker.attack }) {
        sum[place].broken += breaker.broken
      } else {
        sum.append(breaker)
      }
    }
  }
}

/// What the gap means so far. docs/algorithms.md §11.4.
package enum GapState: String, Sendable, Hashable, Codable, CaseIterable {
  /// PGD can be believed as far as is known.
  case calm
  /// PGD and a tier disagree more than usual.
  case watch
  /// False robustness: the disagreement is large and no accident.
  case alarm
  /// A full AutoAttack agreed with the alarm.
  case confirmed
  /// A person has seen the alarm; it re-arms after the gap has closed.
  case acknowledged
}

/// Two tiers at the same weights whose intervals do not meet: one of them is no good judge of this network.
package struct TierDisagreement: Sendable, Hashable, Codable {
  /// The tier that found the smaller gap.
  package var kinder: GapReading
  /// The tier that found the larger gap.
  package var harsher: GapReading

  package init(kinder: GapReading, harsher: GapReading) {
    self.kinder = kinder
    self.harsher = harsher
  }
}

/// The gap went into another state, or something about it is to be told: the event `alarm`.
package struct GapChange: Sendable, Hashable, Codable {
  /// Steps done so far.
  package var step: Int
  /// The state before.
  package var from: GapState
  /// The state now; equal to `from` where only a disagreement or causes are told.
  package var state: GapState
  /// What was measured last; nil when a person acknowledged.
  package var reading: GapReading?
  /// Two tiers that disagree, where they do.
  package var disagreement: TierDisagreement?
  /// What shows that the robustness is false, where that was measured.
  package var causes: [GapCause]

  package init(
    step: Int, from: GapState, state: GapState, reading: GapReading? = nil, disagreement: TierDisagreement? = nil,
    causes: [GapCause] = []
  ) {
    self.step = step
    self.from = from
    self.state = state
    self.reading = reading
    self.disagreement = disagreement
    self.causes = causes
  }
}
