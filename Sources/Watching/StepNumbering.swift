import Events
import PyTorchFiles

/// Which step a checkpoint is of: what the file records, or else the number in its name, or else the order of arrival.
/// Pure.
package struct StepNumbering: Sendable {
  /// A step and where it comes from.
  package struct Number: Sendable, Hashable {
    package var step: Int
    package var source: StepSource

    package init(step: Int, source: StepSource) {
      self.step = step
      self.source = source
    }
  }

  /// Larger numbers are no steps: they are times or digests, and a chart cannot tell them apart.
  static let largest = 1 << 53

  /// The last step that was given.
  private var last: Int?
  /// The step that each name was given by its number.
  private var named: [String: Int] = [:]

  package init() {}

  /// The step of a file, before it is measured.
  package func number(of name: String, _ counts: TrainingCounts) -> Number {
    let isStep = { (number: Int) in (0...Self.largest).contains(number) }
    if let step = counts.step, isStep(step) { return Number(step: step, source: .step) }
    if let epoch = counts.epoch, isStep(epoch) { return Number(step: epoch, source: .epoch) }
    // The number in the name of a file that is overwritten again and again is none.
    if named[name] == nil, let number = CheckpointName(name).number { return Number(step: number, source: .name) }
    return Number(step: min((last ?? 0) + 1, Self.largest), source: .order)
  }

  /// A file was measured.
  package mutating func note(_ number: Number, of name: String) {
    last = max(last ?? 0, min(number.step, Self.largest))
    if number.source == .name { named[name] = number.step }
  }
}

/// What the name of a checkpoint says.
package struct CheckpointName: Sendable, Hashable {
  private static let words = ["epoch", "ep", "e", "step", "steps", "iter", "iteration", "it", "global_step"]
  private let stem: [Character]

  /// The name of a file.
  package init(_ name: String) {
    stem = Array(name.lowercased().prefix { $0 != "/" })
  }

  /// The number that says how far the training was: after `epoch`, `step` and the like, or else the last one that is
  /// set off from letters and is no decimal fraction.
  package var number: Int? {
    let runs = digitRuns()
    let told = runs.filter { Self.words.contains(word(before: $0.lowerBound)) }
    let apart = runs.filter { run in
      let before = run.lowerBound > 0 ? stem[run.lowerBound - 1] : "_"
      let after = run.upperBound < stem.count ? stem[run.upperBound] : "_"
      return !before.isLetter && before != "." && !after.isLetter && !isFraction(run)
    }
    return (told.last ?? apart.last).flatMap { Int(String(stem[$0])) }.flatMap {
      $0 <= StepNumbering.largest ? $0 : nil
    }
  }

  /// Runs of digits before the extension.
  private func digitRuns() -> [Range<Int>] {
    let end = stem.lastIndex(of: ".") ?? stem.count
    var runs: [Range<Int>] = [], start: Int?
    for place in 0...end {
      let isDigit = place < end && stem[place].isASCII && stem[place].isNumber
      if isDigit {
        start = start ?? place
      } else if let first = start {
        runs.append(first..<place)
        start = nil
      }
    }
    return runs
  }

  /// The letters right before a number, across one of `_ - =` or a space.
  private func word(before place: Int) -> String {
    var end = place
    if end > 0, ["_", "-", "=", " "].contains(stem[end - 1]) { end -= 1 }
    var start = end
    while start > 0, stem[start - 1].isLetter { start -= 1 }
    return String(stem[start..<end])
  }

  /// `0.91`: digits, a dot, digits.
  private func isFraction(_ run: Range<Int>) -> Bool {
    let end = stem.lastIndex(of: ".") ?? stem.count
    guard run.upperBound + 1 < end else { return false }
    return stem[run.upperBound] == "." && stem[run.upperBound + 1].isNumber
  }

  /// Names in the order of a person: `epoch_2` before `epoch_10`.
  package static func areInOrder(_ one: String, _ other: String) -> Bool {
    let (a, b) = (parts(of: one), parts(of: other))
    for (x, y) in zip(a, b) where x != y {
      if let m = Int(x), let n = Int(y), m != n { return m < n }
      return x < y
    }
    return a.count < b.count
  }

  private static func parts(of name: String) -> [String] {
    var parts: [String] = []
    for character in name {
      let isDigit = character.isASCII && character.isNumber
      if let last = parts.last, let end = last.last, (end.isASCII && end.isNumber) == isDigit {
        parts[parts.count - 1] = last + String(character)
      } else {
        parts.append(String(character))
      }
    }
    return parts
  }
}
