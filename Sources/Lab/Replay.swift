import Events
import Panes
import Plotting
import Readout

/// A run that is over, played again: pure. Time is the run's own, at any speed, and any step is a key away.
package struct Replay: Sendable {
  /// What is shown: the lab after the first `next` events.
  private var lab: Lab
  private let timeline: Timeline
  private var next = 0
  private var isPlaying = true
  /// Seconds of the run in one second.
  private var speed: Double
  /// Seconds of the run so far.
  private var time = 0.0

  /// A replay of events, told in this order, at a multiple of the run's own speed.
  package init(_ events: [Event], lab: Lab, speed: Double = 1) {
    self.lab = lab.looking(on: .replay)
    self.speed = speed
    timeline = Timeline(events)
    show(upTo: timeline.firstFrame)
    say()
  }

  /// Where the last frame has its focus.
  package var cursor: ScreenCursor? { lab.cursor }

  /// True when something has changed since the last `draw`.
  package var needsDraw: Bool { lab.needsDraw }

  /// True while it plays and is not over.
  package var isMoving: Bool { isPlaying && next < timeline.count }

  /// Plays on by `seconds`.
  package mutating func advance(by seconds: Double) {
    guard isMoving else { return }
    time += seconds * speed
    show(upTo: timeline.place(at: time))
    if next == timeline.count { say() }
  }

  /// Reacts to a key.
  package mutating func handle(_ key: Key) -> [LabAction] { answer(lab.handle(key)) }

  /// Reacts to the mouse.
  package mutating func handle(_ pointer: Pointer) -> [LabAction] { answer(lab.handle(pointer)) }

  /// Does what the lab asks of a replay; what is left is for the screen.
  private mutating func answer(_ actions: [LabAction]) -> [LabAction] {
    actions.filter { action in
      guard case .replay(let request) = action else { return true }
      perform(request)
      return false
    }
  }

  /// Takes text that was pasted.
  package mutating func paste(_ text: String) { lab.paste(text) }

  private mutating func perform(_ request: ReplayRequest) {
    switch request {
    case .playOrPause:
      if next == timeline.count { seek(to: 0) }
      isPlaying.toggle()
    case .faster: speed = min(4096, speed * 2)
    case .slower: speed = max(1 / 64, speed / 2)
    case .move(let share): seek(to: lab.session.step + Int((share * Double(max(1, timeline.lastStep))).rounded()))
    case .one:
      isPlaying = false
      seek(to: lab.session.step + 1)
    case .seek(let place):
      do { seek(to: try place.step(in: timeline.marks)) } catch { return lab.note("\(error)") }
    case .end: seek(to: .max)
    }
    say()
  }

  /// Shows the run after this step.
  package mutating func seek(to step: Int) {
    let place = timeline.place(after: step)
    show(upTo: place)
    time = timeline.time(at: place)
  }

  private mutating func show(upTo place: Int) {
    if place < next {
      lab = lab.emptied
      next = 0
    }
    for event in timeline.events[next..<max(next, place)] { _ = lab.handle(event) }
    next = max(next, place)
  }

  private mutating func say() {
    let state = next == timeline.count ? "the end" : isPlaying ? "playing" : "paused"
    let speed = speed >= 1 ? "\(Int(speed))×" : "1/\(Int(1 / speed))×"
    lab.note("replay: \(state), \(speed) the speed of the run; space plays, ← → move, - + change the speed, q leaves")
  }

  /// Draws the curves of other runs, too, at all their steps.
  package mutating func compare(_ runs: [OtherRun]) { lab.compare(runs) }

  /// Takes in what no session tells.
  package mutating func hear(_ news: PaneNews) { lab.hear(news) }

  /// What the next lab may begin with.
  package var memory: LabMemory? { lab.memory }

  /// Takes the message away, for a frame of its own.
  package mutating func dismiss() { lab.dismiss() }

  /// Shows a message of the program.
  package mutating func note(_ text: String) { lab.note(text) }

  /// Draws the frame.
  package mutating func draw(into buffer: inout CellBuffer) { lab.draw(into: &buffer) }
}

/// What a key asks of a replay.
package enum ReplayRequest: Sendable, Hashable {
  case playOrPause, faster, slower
  /// A share of the run forwards or, negative, backwards.
  case move(Double)
  /// One step forwards, paused.
  case one
  case seek(RunPlace)
  case end
}

/// The events of a run with their time.
private struct Timeline: Sendable {
  let events: [Event]
  /// Seconds of the run after each event.
  private let times: [Double]
  /// The marks of the whole run: one can go to those that are still to come.
  let marks: Marks
  let lastStep: Int

  init(_ events: [Event]) {
    // A run is over only at its end, whatever sessions it had.
    let last = events.lastIndex { if case .summary = $0 { true } else { false } }
    self.events = events.enumerated().filter { index, event in
      if case .summary = event { index == last && index == events.count - 1 } else { true }
    }.map(\.element)
    marks = Marks(self.events)
    var time = 0.0
    times = self.events.map { event in
      switch event {
      case .sample(let sample): time += sample.seconds
      case .probe(let probe): time += probe.seconds
      case .surgery(let report): time += report.seconds
      default: break
      }
      return time
    }
    lastStep = self.events.reduce(0) { if case .sample(let sample) = $1 { max($0, sample.step) } else { $0 } }
  }

  var count: Int { events.count }

  /// The first event that shows something has been shown.
  var firstFrame: Int { min(1, count) }

  /// How many events there are up to a time.
  func place(at time: Double) -> Int {
    var low = 0, high = count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// How many events there are up to the end of a step: everything before the sample of a later one.
  func place(after step: Int) -> Int {
    events.firstIndex { if case .sample(let sample) = $0 { sample.step > step } else { false } } ?? count
  }

  func time(at place: Int) -> Double { place == 0 ? 0 : times[place - 1] }
}
