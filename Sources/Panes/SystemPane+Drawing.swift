import Plotting
import Readout
import Spelling

extension SystemPane {
  package func draw(into buffer: inout CellBuffer, in rect: Rect, context: PaneContext) {
    guard !rect.isEmpty else { return }
    guard description != nil else {
      buffer.write(
        clipped("nothing is running yet", to: rect.width), x: rect.x + 1, y: rect.y, in: rect,
        style: context.theme.style(.faint))
      return
    }
    for (row, line) in lines(width: rect.width - 2).prefix(rect.height).enumerated() {
      var line = line
      // What says less goes first; a name and a value stay.
      while line.count > 2, line.displayWidth > rect.width - 2 { line.removeLast() }
      buffer.write(line, x: rect.x + 1, y: rect.y + row, in: rect, theme: context.theme)
    }
  }

  /// What matters most comes first: a small pane shows the first lines only.
  private func lines(width: Int) -> [[Span]] {
    [row("speed", speed), row("arithmetic", arithmetic), row("time", timeLine), row("memory", memory)]
      + bars(width: width) + [row("screen", screen), row("checks", budget), row("threads", threads)]
      + [row("checkpoints", checkpoints)]
  }

  private func row(_ name: String, _ spans: [Span]) -> [Span] {
    [Span(padded(name, to: 12), .faint)] + (spans.isEmpty ? [Span("–", .faint)] : spans)
  }

  private var speed: [Span] {
    guard let speed = pace.speed else { return [] }
    let step = pace.secondsPerStep.map { "  \(NumberText.short(1000 * $0)) ms per step" } ?? ""
    return [Span(speed, .key), Span(step, .text)]
  }

  private var arithmetic: [Span] {
    guard let gigaflops else { return [Span("not known", .faint)] }
    let hint = peak != nil || isElsewhere ? "" : isMeasuring ? "  measuring the peak…" : "  peak not measured (g)"
    let share = shareOfPeak.map { "  \(NumberText.percent($0, digits: 0)) of sgemm" } ?? ""
    return [Span("\(NumberText.short(gigaflops)) GFLOP/s", .key), Span(share, .text), Span(hint, .faint)]
  }

  private var timeLine: [Span] {
    if isOver { return [Span("the run is over", .faint)] }
    guard let description, let left = pace.secondsLeft(after: step, of: description.steps), description.steps > 0 else {
      return []
    }
    return [Span("\(NumberText.duration(left)) left", .key), Span("  step \(step) of \(description.steps)", .text)]
  }

  private var memory: [Span] {
    guard let machine else { return isElsewhere ? [Span("not recorded", .faint)] : [] }
    let left = machine.available.map { "  \(Self.bytes($0)) available" } ?? ""
    return [
      Span(Self.bytes(machine.resident), .key), Span("  peak \(Self.bytes(machine.peak))", .text), Span(left, .faint),
    ]
  }

  /// What the time went into.
  private func bars(width: Int) -> [[Span]] {
    let room = width - 12 - 6
    return shares.map { name, share in
      let length = max(0, Int((share * Double(max(0, room))).rounded()))
      return [
        Span(padded(name, to: 12), .faint), Span(leftPadded(NumberText.percent(share, digits: 0), to: 5) + " ", .text),
        Span(String(repeating: "█", count: min(length, max(0, room))), .progress),
      ]
    }
  }

  private var screen: [Span] {
    drawing.map { [Span("\(NumberText.percent($0)) of one core for drawing", $0 > 0.05 ? .watch : .text)] } ?? []
  }

  private var budget: [Span] {
    budgetSpent.map { [Span("\(NumberText.percent($0, digits: 0)) of the budget of checks used", .text)] } ?? []
  }

  private var threads: [Span] {
    guard let description else { return [] }
    let cores = machine.map { " on \(NumberText.count($0.cores, "core")), kernels \($0.kernels)" } ?? ""
    return [Span(NumberText.count(description.threads, "thread") + cores, .text)]
  }

  private var checkpoints: [Span] {
    machine?.checkpoints.map { [Span("\(Self.bytes($0)) on the disk", .text)] } ?? []
  }
}
