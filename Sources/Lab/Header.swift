import Plotting
import Readout
import Spelling

/// The first row: which run this is, how far it is, how long it will take.
struct Header {
  let session: Session
  let theme: Theme
  /// True for the least that says which run this is and how far.
  var isShort = false

  /// What the row may hold. Parts are left out from the end of this list until the rest fits.
  private enum Part: CaseIterable {
    case constructed, state, gap, place, step, gapWord, preset, percent, timeLeft, detail, data, labels, program, speed,
      epoch, bar
  }

  func draw(into buffer: inout CellBuffer) {
    let row = Rect(x: 0, y: 0, width: buffer.width, height: 1)
    buffer.fill(row, with: Cell(" ", theme.style(.header)))
    var parts = Part.allCases
    if isShort { parts.removeAll { [.data, .labels, .program, .speed, .epoch].contains($0) } }
    while parts.count > 1, spans(of: parts, barWidth: 8).displayWidth + 1 > buffer.width { parts.removeLast() }
    // The remaining columns make the bar longer.
    let rest = buffer.width - 1 - spans(of: parts, barWidth: 0).displayWidth
    buffer.write(spans(of: parts, barWidth: rest), x: 0, y: 0, in: row, theme: theme, over: .header)
  }

  private func spans(of parts: [Part], barWidth: Int) -> [Span] {
    let has = { (part: Part) in parts.contains(part) }
    var groups: [[Span]] = []
    if has(.program) { groups.append([Span("dualab", .title)]) }
    groups.append(task(has))
    // Fields have the width of their longest value, so that nothing moves when a value changes.
    let state = padded("\(session.stateGlyph) \(session.stateText)", to: Self.stateWidth)
    groups.append(has(.state) ? [Span(state, session.stateRole)] : [])
    if has(.place), let place = session.place { groups.append([Span(place, .title)]) }
    if has(.gap), let gap = session.gap, gap != .calm {
      groups.append([Span(has(.gapWord) ? " \(gap.glyph) \(gap.word) " : gap.glyph, gap.role)])
    }
    groups.append(position(has))
    groups.append(progress(has, barWidth))
    if has(.timeLeft) {
      if let summary = session.summary {
        groups.append([Span("took \(NumberText.duration(summary.seconds))", .header)])
      } else if let seconds = session.secondsLeft {
        groups.append([Span(padded(Pace.eta(seconds), to: 9), .header)])
      }
    }
    if has(.speed), let speed = session.speed { groups.append([Span(leftPadded(speed, to: 12), .header)]) }
    let gap = has(.program) ? "   " : "  "
    return [Span(" ", .header)]
      + groups.filter { !$0.isEmpty }.reduce(into: []) { row, group in
        if !row.isEmpty { row.append(Span(gap, .header)) }
        row += group
      }
  }

  /// Step and epoch.
  private func position(_ has: (Part) -> Bool) -> [Span] {
    var spans: [Span] = []
    if has(.step) {
      let word = has(.percent) ? "step " : "", total = session.isWatching ? nil : session.description?.steps
      let step = leftPadded("\(session.step)", to: total.map { "\($0)".count } ?? 0)
      spans.append(Span(word + step + (total.map { "/\($0)" } ?? ""), .header))
    }
    if has(.detail), session.state == .training, let slow = session.slowStep {
      let name = slow.attack.prefix { $0 != "-" },
        iteration = leftPadded("\(slow.iteration)", to: "\(slow.iterations)".count)
      spans.append(Span(" · \(name) \(iteration)/\(slow.iterations)", .header))
    }
    if has(.detail), [.validating, .testing].contains(session.state), let slow = session.measurement {
      spans.append(Span(" · \(leftPadded("\(slow.images)", to: "\(slow.count)".count))/\(slow.count) images", .header))
    }
    if has(.epoch), session.step > 0, !session.isWatching {
      spans.append(Span(" · epoch \(leftPadded("\(session.epoch + 1)", to: epochDigits))", .header))
    }
    return spans
  }

  /// Bar and percentage.
  private func progress(_ has: (Part) -> Bool, _ barWidth: Int) -> [Span] {
    guard session.description != nil, !session.isWatching, session.step > 0 || session.state != .preparing else {
      return []
    }
    var spans: [Span] = []
    if has(.bar), barWidth > 0 {
      let done = Int((session.progress * Double(barWidth)).rounded(.down))
      spans.append(Span(String(repeating: "█", count: done), .progress))
      spans.append(Span(String(repeating: "░", count: barWidth - done) + " ", .progressRest))
    }
    if has(.percent) { spans.append(Span(leftPadded("\(Int(session.progress * 100)) %", to: 5), .header)) }
    return spans
  }

  private func task(_ has: (Part) -> Bool) -> [Span] {
    guard let description = session.description else { return [] }
    var spans: [Span] = []
    if has(.preset) { spans.append(Span(description.preset, .title)) }
    if session.isWatching { spans.insert(Span("watching ", .header), at: 0) }
    if let onlooker = session.onlooker { spans.insert(Span(onlooker.rawValue + " ", .watch), at: 0) }
    if has(.data) {
      let name = description.data.prefix { $0 != "," && $0 != " " }
      spans.append(Span(" · \(name)", .header))
    }
    if has(.labels), !session.isWatching, let labels = session.settings?.labels {
      spans += labels.map { Span(" · \($0)", .header) }
    }
    if description.constructed {
      spans.append(Span((spans.isEmpty ? "" : " ") + "(constructed)", .watch))
    }
    return spans
  }

  /// Columns of the longest state that changes while a run is under way.
  private static let stateWidth = 12

  /// Digits of the last epoch.
  private var epochDigits: Int {
    guard let description = session.description, description.stepsPerEpoch > 0 else { return 1 }
    return "\((description.steps + description.stepsPerEpoch - 1) / description.stepsPerEpoch)".count
  }
}

extension Session {
  /// How the state looks.
  var stateRole: Theme.Role {
    switch state {
    case .training, .validating, .testing, .finished, .measuring, .waiting: wish == nil ? .good : .watch
    case .preparing, .paused, .stopped: .watch
    case .failed: .alarm
    }
  }
}

extension Session {
  /// The header in words.
  var sentence: String {
    guard let description else { return "dualab: no run yet." }
    if let folder = description.watches {
      var text = "dualab: watching \(folder) on \(description.data). "
      text += "\(stateText.prefix(1).uppercased() + stateText.dropFirst()): last checkpoint of step \(step)."
      if let gap { text += " Gap: \(gap.word.lowercased()) (\(gap.meaning(of: gapRecord.strongest)))." }
      return text
    }
    let task = description.constructed ? ", a constructed task" : ""
    var text = "dualab: preset \(description.preset) on \(description.data)\(task); \(description.model). "
    if let place { text += " Run \(place)." }
    let state = stateText.prefix(1).uppercased() + stateText.dropFirst()
    text += "\(state): step \(step) of \(description.steps), epoch \(epoch + 1)."
    if !reason.isEmpty { text += " Reason: \(reason)." }
    if let gap { text += " Gap: \(gap.word.lowercased()) (\(gap.meaning(of: gapRecord.strongest)))." }
    if let left = secondsLeft, let speed {
      text += " About \(NumberText.duration(left)) left at \(speed)."
    }
    return text
  }
}
