import Events
import Recipe

/// The settings of a session, by what they are in force for. During a run the three differ: a change waits for the next
/// step, a measurement belongs to the step before it, and surgery waits until it is done.
struct SettingsInForce: Sendable, Hashable, Codable {
  /// The settings of the next step: what was asked for.
  private(set) var next: Settings
  /// The settings of the last step run, which measurements use, so that settings, seed and journal determine every
  /// number.
  private(set) var measured: Settings
  /// The settings that the network's normalization layers were made from.
  private(set) var built: Settings

  /// All alike, before the first step.
  init(_ settings: Settings) { (next, measured, built) = (settings, settings, settings) }

  // MARK: changes

  /// What became of a change that was asked for.
  enum Change: Sendable, Hashable {
    /// The setting has that value already.
    case none
    /// It is in force from the next step on, or after surgery.
    case made(SettingChange)
    case refused(Refusal)
  }

  /// Changes a setting from the next step on. `isEnding`: no surgery is done any more.
  mutating func change(_ name: String, to value: KnobValue, isEnding: Bool) -> Change {
    var changed = next
    do { try changed.set(name, to: value) } catch { return .refused(.invalid("\(error)")) }
    guard let knob = AnyKnob.named(name), changed[knob] != next[knob] else { return .none }
    guard knob.isLive else { return .refused(.fixedAtStart(knob: knob.name, changed[knob])) }
    if let conflict = changed.conflict {
      return .refused(.conflict(knob: knob.name, keeps: next[knob], "\(conflict)"))
    }
    let idle = knob.idleReason(in: changed), effect = idle == nil ? knob.effect : nil
    if isEnding, effect == .surgery { return .refused(.tooLateToChange(knob: knob.name, keeps: next[knob])) }
    let change = SettingChange(
      knob: knob.name, old: next[knob], new: changed[knob], effect: effect, idleReason: idle)
    next = changed
    return .made(change)
  }

  /// The settings of the next step are again what they were; what was run and what was built stays.
  mutating func forget(since earlier: SettingsInForce) { next = earlier.next }

  // MARK: steps

  /// A step was run with these settings. True when measurements after it can be compared with those before it: the
  /// attack is the same.
  mutating func ran(_ settings: Settings) -> Bool {
    defer { measured = settings }
    return measured.measuresLike(settings)
  }

  // MARK: the network's normalization

  private static let surgical = AnyKnob.all.filter { $0.effect == .surgery }

  /// Settings with the normalization that the network really has.
  func ofNetwork(_ settings: Settings) -> Settings {
    var result = settings
    for knob in SettingsInForce.surgical { result.copy(knob, from: built) }
    return result
  }

  /// The settings of a checkpoint of the current weights: surgery that is still to be done is not in them.
  var written: Settings { ofNetwork(next) }

  /// True when the network does not have the normalization that was asked for.
  var needsConversion: Bool { ofNetwork(next) != next }

  /// The network now has the normalization of these settings.
  mutating func build(from settings: Settings) { built = settings }

  /// Goes back to the network's normalization, because the one that was asked for cannot be; the changes this makes.
  mutating func withdrawConversion() -> [SettingChange] {
    let asked = next
    next = ofNetwork(next)
    // What was set meanwhile for the normalization that is not coming may contradict the one that stays.
    for knob in [Knob.batching.declaration, Knob.attackMode.declaration] where next.conflict != nil {
      next.copy(knob, from: Settings())
    }
    return next.differences(from: asked).map { knob in
      SettingChange(knob: knob.name, old: asked[knob], new: next[knob], effect: knob.effect)
    }
  }
}
