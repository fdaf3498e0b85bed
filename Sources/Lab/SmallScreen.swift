import Events
import Plotting
import Readout
import Spelling

/// The two accuracies that matter, in words of several lengths.
struct AccuracyWords {
  /// Under the attack of training, with its name.
  let pgd: (name: String, accuracy: Proportion)?
  /// Under the stronger attacks of the last check, with their name.
  let strongest: (name: String, accuracy: Proportion)?

  init(_ session: Session) {
    let reading = session.lastReading ?? session.gapRecord.strongest
    let probe = session.lastProbe
    pgd =
      probe.map { ($0.attack, $0.adversarial) } ?? reading.map { ($0.attack ?? "PGD", $0.pgd) }
    strongest = reading.map { ($0.tier.rawValue, $0.accuracy) }
  }

  /// Longest first: `PGD-10 .66 ±.06  quick .00 ±.04`, `PGD-10 .66  quick .00`, `PGD .66  quick .00`, `.66 .00`.
  var levels: [[Span]] {
    let none = ("PGD –", "strongest –")
    return [
      spans(none: none) { "\($0) \(Notation.screen.accuracy($1))" },
      spans(none: none) { "\($0) \(Notation.screen.share($1.value))" },
      spans(none: ("PGD –", "AA –"), names: (family, strongest?.name ?? "AA")) {
        "\($0) \(Notation.screen.share($1.value))"
      },
      spans { Notation.screen.share($1.value) },
    ]
  }

  /// The attack of training without its number of steps: `PGD`.
  private var family: String { pgd.map { String($0.name.prefix { $0 != "-" }) } ?? "PGD" }

  private func spans(
    none: (String, String) = ("–", "–"), names: (String, String)? = nil, _ words: (String, Proportion) -> String
  ) -> [Span] {
    let first = pgd.map { words(names?.0 ?? $0.name, $0.accuracy) } ?? none.0
    let second = strongest.map { words(names?.1 ?? $0.name, $0.accuracy) } ?? none.1
    return [Span(first, .adversarial), Span(second, .autoattack)]
  }
}

/// What a screen shows that is too small for any pane: state, the two accuracies and the step, as much of it as fits.
struct SmallScreen {
  let session: Session
  let theme: Theme

  func draw(into buffer: inout CellBuffer) {
    for (row, line) in lines(width: buffer.width, height: buffer.height).enumerated() {
      var x = 0
      for span in line {
        x = buffer.write(span.text, x: x, y: row, in: buffer.bounds, style: theme.style(span.role)) + 1
      }
    }
  }

  /// The most important parts that fit into these columns and rows.
  func lines(width: Int, height: Int) -> [[Span]] {
    guard width > 0, height > 0 else { return [] }
    for parts in candidates {
      let lines = packed(parts, width: width)
      if let lines, lines.count <= height { return lines }
    }
    return []
  }

  /// From everything to the state's sign alone.
  private var candidates: [[Span]] {
    let levels = AccuracyWords(session).levels, role = session.stateRole
    let sign = Span(session.stateGlyph, role), gap = session.gap.flatMap { $0 == .calm ? nil : $0 }
    let alarm = gap.map { [Span($0.glyph, $0.role)] } ?? []
    let state = Span("\(session.stateGlyph) \(session.stateText)", role), step = Span("\(session.step)", .text)
    let steps = Span("step \(session.step)" + (session.description.map { "/\($0.steps)" } ?? ""), .text)
    guard session.lastProbe != nil || session.gapRecord.strongest != nil else {
      return [[state, steps], [state, step], [sign, step], [sign]]
    }
    let word = gap.map { [Span("\($0.glyph) \($0.word)", $0.role)] } ?? []
    return [
      [state] + levels[0] + [steps] + word, [state] + levels[1] + [steps] + word, [state] + levels[2] + [step] + alarm,
      [sign] + levels[2] + [step] + alarm, [sign] + levels[3] + [step] + alarm, [sign] + levels[3] + alarm,
      [sign] + levels[3], levels[3], [sign],
    ]
  }

  /// Parts in lines, one column between two of a line; nil when one of them does not fit into a line.
  private func packed(_ parts: [Span], width: Int) -> [[Span]]? {
    var lines: [[Span]] = [], used = 0
    for part in parts {
      let needed = displayWidth(part.text)
      guard needed <= width else { return nil }
      if !lines.isEmpty, used + 1 + needed <= width {
        lines[lines.count - 1].append(part)
        used += 1 + needed
      } else {
        lines.append([part])
        used = needed
      }
    }
    return lines
  }
}
