import Events
import Foundation
import Recipe
import Spelling

/// The places of a run that have a name: every step at which somebody intervened, the alarm changed, a note was written
/// or a checkpoint was kept. Pure.
///
/// All that happened at one step is one mark. Marks are numbered by step, so that a replay, a resumed run and the
/// record count alike, however the events came; charts, Journal, `runs show` and JSON use the same numbers.
package struct Marks: Sendable {
  /// One of them.
  package struct Mark: Sendable, Hashable {
    /// Its number, from 1.
    package var number: Int
    /// Steps done.
    package var step: Int
    /// What happened, a few words each.
    package var texts: [String]
    /// True where false robustness was found or confirmed.
    package var isAlarm: Bool
    /// True where a person kept a checkpoint.
    package var isKept: Bool

    /// What it is called on the screen and typed as: `m3`.
    package var name: String { "m\(number)" }
    /// What happened in one line: `γ 0.5→0.1, β 0→0.4`.
    package var text: String { texts.joined(separator: ", ") }
  }

  /// What happened at a step, apart from its words.
  fileprivate enum Item: Sendable, Hashable {
    /// A setting went from one value to another, both as a person writes them.
    case change(knob: String, symbol: String, from: String, to: String)
    case alarm(GapState)
    case kept
    case words(String)
  }

  private var places: [(step: Int, items: [Item])] = []

  package init() {}

  /// The marks of what a session told.
  package init(_ events: some Sequence<Event>) { for event in events { take(event) } }

  /// Takes in what a session told.
  /// Returns the step of the mark that it belongs to; nil when it belongs to none.
  @discardableResult package mutating func take(_ event: Event) -> Int? {
    switch event {
    case .journal(let entry): take(entry)
    case .surgery(let report): report.batches.map { add(.words("recalibrated (\($0))"), at: report.step) }
    case .alarm(let change) where change.from != change.state: take(change)
    case .checkpoint(let note) where note.kind == .kept: add(.kept, at: note.step)
    default: nil
    }
  }

  /// All of them, by step.
  package var all: [Mark] {
    places.enumerated().map { index, place in
      Mark(
        number: index + 1, step: place.step, texts: place.items.map(\.text),
        isAlarm: place.items.contains(where: \.isAlarm), isKept: place.items.contains(.kept))
    }
  }

  /// The mark at a step.
  package func at(_ step: Int) -> Mark? { all.first { $0.step == step } }

  /// The mark that a person names: `m3`, or a word of what happened there (`beta`, `alarm`, words of a note), the last
  /// one where it happened more than once. Throws `SettingError`.
  package func named(_ name: String) throws -> Mark {
    let all = all
    if let mark = all.first(where: { $0.name == name.lowercased() }) { return mark }
    let knob = AnyKnob.named(name)?.name
    let found = places.lastIndex { place in
      place.items.contains { ($0.knob != nil && $0.knob == knob) || $0.text.localizedCaseInsensitiveContains(name) }
    }
    if let found { return all[found] }
    guard let last = all.last else { throw SettingError("no mark '\(name)': nothing was marked so far; use a step") }
    let known = all.count == 1 ? "there is m1, \(last.text)" : "there are m1 … \(last.name), the last: \(last.text)"
    throw SettingError("no mark '\(name)'; \(known)")
  }

  // MARK: what happened

  private mutating func take(_ entry: JournalEntry) -> Int? {
    switch entry.fact {
    case .changed(let change): return take(change, at: entry.step)
    case .stepAborted(let number): abort(number)
    case .remark, .tourEnded, .finishing:
      // Captions of a tour and what the engine says are no places.
      if [.you, .remote].contains(entry.cause) { return add(.words(entry.text), at: entry.step) }
    default: break
    }
    return nil
  }

  /// Several changes of one setting at one step count from the first value to the last; nothing is left of one that was
  /// taken back.
  private mutating func take(_ change: SettingChange, at step: Int) -> Int? {
    var from = change.oldText
    if let place = places.firstIndex(where: { $0.step == step }) {
      let earlier = places[place].items.firstIndex { $0.knob == change.knob }
      if let earlier, case .change(_, _, let first, _) = places[place].items[earlier] {
        from = first
        places[place].items.remove(at: earlier)
        if places[place].items.isEmpty { places.remove(at: place) }
      }
    }
    guard from != change.newText else { return step }
    return add(.change(knob: change.knob, symbol: change.symbol, from: from, to: change.newText), at: step)
  }

  /// `watch` comes and goes too often for a mark. A confirmation is of the alarm before it: the attack may end long after
  /// the step whose weights it had.
  private mutating func take(_ change: GapChange) -> Int? {
    let endsAnAlarm = change.state == .calm && change.from != .watch
    guard [.alarm, .confirmed, .acknowledged].contains(change.state) || endsAnAlarm else { return nil }
    let confirms = change.state == .confirmed && change.from == .alarm
    let raised = confirms ? places.last { $0.items.contains(.alarm(.alarm)) }?.step : nil
    return add(.alarm(change.state), at: raised ?? change.step)
  }

  /// The step with this number runs again: what was done during it is in force a step earlier.
  private mutating func abort(_ number: Int) {
    guard let place = places.firstIndex(where: { $0.step == number }) else { return }
    let moved = places.remove(at: place)
    for item in moved.items { add(item, at: number - 1) }
  }

  @discardableResult private mutating func add(_ item: Item, at step: Int) -> Int {
    if let place = places.firstIndex(where: { $0.step == step }) {
      if !places[place].items.contains(item) { places[place].items.append(item) }
    } else {
      places.insert((step, [item]), at: places.firstIndex { $0.step > step } ?? places.count)
    }
    return step
  }
}

extension Marks.Item {
  fileprivate var knob: String? { if case .change(let knob, _, _, _) = self { knob } else { nil } }

  fileprivate var isAlarm: Bool { self == .alarm(.alarm) || self == .alarm(.confirmed) }

  fileprivate var text: String {
    switch self {
    case .change(_, let symbol, let from, let to): "\(symbol) \(from)→\(to)"
    case .alarm(let state): "\(state.glyph) \(state.rawValue)"
    case .kept: "■ kept"
    case .words(let text): text
    }
  }
}
