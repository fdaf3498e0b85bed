/// What values of a setting are plausible: a held key should not leave them unnoticed.
extension AnyKnob {
  /// True when a change takes the value out of what is plausible, or further out.
  package func leavesPlausible(from old: KnobValue, to new: KnobValue, in settings: Settings) -> Bool {
    guard let range = plausible(settings), let old = Double(old), let new = Double(new) else { return false }
    return (new > range.upperBound && new > old) || (new < range.lowerBound && new < old)
  }

  /// `beyond the usual 0 … 1`.
  package func plausibleWords(in settings: Settings) -> String? {
    plausible(settings).map { range in
      let ends = [range.lowerBound, range.upperBound].map { format(isWhole ? .integer(Int($0)) : .number($0)) }
      return "beyond the usual \(ends.joined(separator: " … "))"
    }
  }

  private var isWhole: Bool { if case .integer = kind { true } else { false } }
}
