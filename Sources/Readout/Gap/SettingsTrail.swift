import Events
import Recipe

/// Which settings were in force at every step of a run, so that a number can say under which it was measured, and
/// whether anything has changed since. Pure.
package struct SettingsTrail: Sendable {
  private var start: Settings?
  /// Changes in the order in which they were made; each takes effect in the step after its own.
  private var changes: [(step: Int, change: SettingChange)] = []
  /// The steps after which the network itself was changed, in that order.
  private var operations: [Int] = []

  package init() {}

  /// Takes in what a session told.
  package mutating func take(_ event: Event) {
    switch event {
    case .started(let description):
      // A run that goes on keeps what it told before.
      if description.resumedAt == nil || start == nil { self = SettingsTrail(start: description.settings) }
    case .journal(let entry):
      if case .stepAborted(let number) = entry.fact { abort(number) }
      if let change = entry.change { changes.append((entry.step, change)) }
    case .surgery(let report): operations.append(report.step)
    default: break
    }
  }

  private init(start: Settings) { self.start = start }

  /// The step with this number runs again: what was changed during it is in force a step earlier.
  private mutating func abort(_ number: Int) {
    for index in changes.indices where changes[index].step == number { changes[index].step = number - 1 }
  }

  /// How often the network itself was changed so far: what `change(after:operations:)` wants to know.
  package var operationCount: Int { operations.count }

  /// The settings of step `step`; nil before the start.
  package func settings(at step: Int) -> Settings? {
    guard var result = start else { return nil }
    for (made, change) in changes where made < step { try? result.set(change.knob, to: change.new) }
    return result
  }

  /// The step of the first intervention that changes what is measured and that a measurement after step `step` cannot
  /// know; nil without one. `operations`: how many changes of the network itself the measurement has seen.
  package func change(after step: Int, operations seen: Int) -> Int? {
    let changed = Set(changes.map(\.step)).filter { $0 >= step && changesWhatIsMeasured(at: $0) }
    return (changed + operations.dropFirst(seen).filter { $0 >= step }).min()
  }

  /// True when the changes at a step come to something: one that was taken back before the next step is none.
  private func changesWhatIsMeasured(at step: Int) -> Bool {
    var first: [String: KnobValue] = [:], last: [String: KnobValue] = [:]
    for (made, change) in changes where made == step && SettingsTrail.shaping.contains(change.knob) {
      guard change.effect != nil else { continue }
      first[change.knob] = first[change.knob] ?? change.old
      last[change.knob] = change.new
    }
    return first != last
  }

  /// The settings that decide what is trained and by what it is attacked. The optimizer's move the same network along,
  /// and layers are replaced by an operation.
  private static let shaping = Set(
    [
      Knob.objective.declaration, Knob.gamma.declaration, Knob.beta.declaration, Knob.batching.declaration,
      Knob.cleanRows.declaration, Knob.awp.declaration, Knob.attack.declaration, Knob.attackNorm.declaration,
      Knob.epsilon.declaration, Knob.attackStep.declaration, Knob.attackSteps.declaration,
      Knob.attackStart.declaration, Knob.attackMode.declaration, Knob.augment.declaration,
      Knob.dualWeight.declaration, Knob.dualTemperature.declaration,
    ].map(\.name))
}
