import Spelling

/// A place of a run as a person names it: a step, or a mark.
package enum RunPlace: Sendable, Hashable {
  case step(Int)
  /// `m3`, or a word of what happened there.
  case mark(String)

  /// Reads `120`, `m3`, `alarm` or `beta`. Throws `SettingError`.
  package init(_ text: String) throws {
    if let step = Int(text) {
      guard step >= 0 else { throw SettingError("'\(text)' is no step; use 0 or larger, or a mark such as m1") }
      self = .step(step)
    } else {
      guard !text.isEmpty, !text.contains("=") else {
        throw SettingError("'\(text)' is no place of a run; use a step, or a mark such as m1")
      }
      self = .mark(text)
    }
  }

  /// The step. A change belongs to the step under way, the one after `now`: one goes back to before that. Throws
  /// `SettingError` when there is no such mark.
  package func step(in marks: Marks, now: Int = .max) throws -> Int {
    switch self {
    case .step(let step): step
    case .mark(let name): min(try marks.named(name).step, now)
    }
  }
}
