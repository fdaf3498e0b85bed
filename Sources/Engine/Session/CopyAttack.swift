import Events

/// The attack on a frozen copy of the weights: one at a time.
struct CopyAttack: Sendable, Hashable {
  private enum State: Hashable {
    case none
    /// Asked for; the copy is taken between two steps.
    case wanted(AttackScope)
    /// The copy is being taken.
    case starting
    case running
    /// It was asked to end, and has not said that it did.
    case canceling
  }

  private var state = State.none

  /// True when a copy is to be taken.
  var isWanted: Bool { if case .wanted = state { true } else { false } }

  /// True while the attack is to end as soon as possible.
  var isCanceling: Bool { state == .canceling }

  /// Asks for an attack; the refusal if there is one already.
  mutating func ask(for scope: AttackScope) -> Refusal? {
    guard state == .none else { return .attackRunning }
    state = .wanted(scope)
    return nil
  }

  /// The attack that is to start now, if one was asked for.
  mutating func start() -> AttackScope? {
    guard case .wanted(let scope) = state else { return nil }
    state = .starting
    return scope
  }

  /// The copy was taken and the attack runs.
  mutating func didStart() { if state == .starting { state = .running } }

  /// The attack ended, or never started.
  mutating func didEnd() { state = .none }

  /// Cancels the attack; what to say of it, if anything.
  mutating func cancel() -> JournalFact? {
    switch state {
    case .none: return .refused(.noAttack)
    case .wanted:
      state = .none
      return .attackCancelled
    case .starting, .running, .canceling:
      state = .canceling
      return nil
    }
  }

  /// Ends an attack, if there is one, because the session ends.
  mutating func leave() { _ = cancel() }
}
