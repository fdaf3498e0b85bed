import Events
import Plotting
import Readout
import Recipe
import Spelling

/// The numbers: a line for every tier, for every cause, and for the distance between the domains.
extension GapPane {
  /// Which columns a form of the table has.
  private struct Form {
    var hasIntervals = false, hasStep = false, hasEpsilon = false, gap = 2
  }

  /// A table with a line for every tier that was measured: accuracy under PGD and under the tier, the gap, n, step, and
  /// ε where it differs. The widest form that fits.
  func readingLines(_ width: Int) -> [[Span]] {
    let measured = GapTier.allCases.compactMap { readings[$0] }
    guard !measured.isEmpty else { return [] }
    let differs = commonEpsilon == nil
    let forms = [
      Form(hasIntervals: true, hasStep: true, hasEpsilon: differs), Form(hasStep: true, hasEpsilon: differs),
      Form(hasStep: true, hasEpsilon: differs, gap: 1), Form(hasStep: true, gap: 1), Form(),
    ]
    let tables = forms.lazy.map { readingTable(measured, $0) }
    return tables.first { $0.allSatisfy { $0.displayWidth <= width } } ?? readingTable(measured, Form(gap: 1))
  }

  private func readingTable(_ measured: [GapReading], _ form: Form) -> [[Span]] {
    let attacks = measured.map { attack(of: $0.tier) }, isOneAttack = Set(attacks).count == 1
    let title = isOneAttack ? attacks.first.map { short($0, form) } ?? "" : "attack"
    let head = ["", title, "robust", "gap", "n"] + (form.hasStep ? ["step"] : []) + (form.hasEpsilon ? ["ε"] : [])
    let rows = zip(measured, attacks).map { reading, attack in
      [
        reading.tier.rawValue, (isOneAttack ? "" : short(attack, form) + " ") + cell(reading.pgd, form),
        cell(reading.accuracy, form), Notation.screen.gap(reading), "\(reading.n)",
      ] + (form.hasStep ? ["\(reading.step)"] : []) + (form.hasEpsilon ? [epsilon(at: reading.step) ?? "–"] : [])
    }
    let roles: [Theme.Role] = [.text, .adversarial, .autoattack, .key, .faint, .faint, .faint]
    return Listing.padded([head] + rows, .numbers).enumerated().map { row, texts in
      let isFaint = row == 0 || outdated(measured[row - 1]) != nil
      return texts.enumerated().map { column, text in
        Span(String(repeating: " ", count: column == 0 ? 0 : form.gap) + text, isFaint ? .faint : roles[column])
      }
    }
  }

  private func cell(_ accuracy: Proportion, _ form: Form) -> String {
    form.hasIntervals ? Notation.screen.accuracy(accuracy) : Notation.screen.share(accuracy.value)
  }

  private func short(_ attack: String, _ form: Form) -> String {
    attack.hasPrefix("PGD") && !form.hasIntervals ? "PGD" : clipped(attack, to: 10)
  }

  /// As much as fits into a line; the budget goes first, then how much is real.
  func surenessLine(_ width: Int) -> [Span]? {
    guard let newest else { return nil }
    for count in stride(from: sureness.count, to: 0, by: -1) {
      let text = "step \(newest.step): " + sureness.prefix(count).joined(separator: " · ")
      if displayWidth(text) <= width { return [Span(text, outdated(newest) == nil ? .text : .faint)] }
    }
    return nil
  }

  /// `targeted beats untargeted   .66 → .00  n 128  step 100`; n goes before the title is cut.
  func causeLine(_ cause: GapCause, _ width: Int) -> [Span] {
    let numbers = cause.numbers(.screen), step = "  step \(causesStep)"
    let whole = "\(numbers)  n \(cause.n)\(step)"
    let text = displayWidth(cause.title) + 1 + displayWidth(whole) <= width ? whole : numbers + step
    let room = width - displayWidth(text) - 1, isOld = outdatedCauses != nil
    return [
      Span(padded(clipped(cause.title, to: room), to: room + 1), isOld ? .faint : .text),
      Span(text, isOld ? .faint : .key),
    ]
  }

  /// The distance between the domains, which explains a gap, and how it changed since the first check of this run.
  func distanceLine(_ width: Int) -> [Span]? {
    guard let layers else { return nil }
    let isOld = trail.change(after: layers.step, operations: layersOperations) != nil
    let role: Theme.Role = isOld ? .faint : .text
    let now = layers.total.cleanPGD
    let head = "W2² clean–PGD \(NumberText.short(now))"
    let relation = layers.first.flatMap { first in
      first.cleanPGD > 0 ? ", \(NumberText.short(now / first.cleanPGD))× since step \(first.step)" : nil
    }
    let count = "  n \(layers.n) step \(layers.step)"
    // The relation goes before the number's own n and step do.
    for text in [head + (relation ?? ""), head] where displayWidth(text + count) <= width {
      return [Span(text, role), Span(count, .faint)]
    }
    return [Span(clipped(head, to: width), role)]
  }
}
