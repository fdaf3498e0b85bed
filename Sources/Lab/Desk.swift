import Events
import Panes
import Plotting
import Readout

/// One run on the screen, or two that train side by side, of which one is shown. Pure.
package struct Desk: Sendable {
  private struct Seat: Sendable {
    let name: String
    var lab: Lab
    /// A person has left it: it ends by itself.
    var isLeft = false

    var isRunning: Bool { !isLeft && !lab.session.isOver }
  }

  private var seats: [Seat]
  /// The run that is shown, and that keys and commands go to.
  package private(set) var shown = 0

  /// A desk with one run.
  package init(_ lab: Lab) { seats = [Seat(name: Desk.names[0], lab: lab)] }

  /// What `:view` calls the two.
  static let names = ["parent", "branch"]

  /// A branch begins to train next to the run; it is shown from now on. `history` is what it told before, `parent` the
  /// curves of the run that it leaves.
  package mutating func open(_ history: [Event], beside parent: OtherRun) {
    guard seats.count == 1 else { return }
    var lab = seats[0].lab.emptied
    lab.recall(history)
    lab.accompany(parent)
    seats[0].lab.accompany(OtherRun(name: Desk.names[1], trunk: parent.trunk))
    seats.append(Seat(name: Desk.names[1], lab: lab))
    for (index, seat) in seats.enumerated() {
      seats[index].lab.session.place = "\(index + 1)/\(seats.count) \(seat.name)"
    }
    show(1)
  }

  /// The lab that is shown.
  package var lab: Lab { seats[shown].lab }

  /// Where the last frame has its focus.
  package var cursor: ScreenCursor? { seats[shown].lab.cursor }

  /// True when something has changed since the last `draw`.
  package var needsDraw: Bool { seats[shown].lab.needsDraw }

  /// Reacts to a key.
  package mutating func handle(_ key: Key) -> [LabAction] {
    let run = shown
    return answer(seats[run].lab.handle(key), of: run)
  }

  /// Reacts to the mouse.
  package mutating func handle(_ pointer: Pointer) -> [LabAction] {
    let run = shown
    return answer(seats[run].lab.handle(pointer), of: run)
  }

  /// Takes text that was pasted.
  package mutating func paste(_ text: String) { seats[shown].lab.paste(text) }

  /// Reacts to an event of one of the runs.
  package mutating func handle(_ event: Event, of run: Int) -> [LabAction] {
    guard seats.indices.contains(run) else { return [] }
    for other in seats.indices where other != run { seats[other].lab.handle(event, of: 0) }
    let isShown = run == shown, actions = answer(seats[run].lab.handle(event), of: run)
    if !isShown, case .summary(let summary) = event { note("\(seats[run].name): \(FinalTable.outcome(summary))") }
    return actions
  }

  /// Shows a message of the program.
  package mutating func note(_ text: String) { seats[shown].lab.note(text) }

  /// Takes in what an examination of one of the runs tells.
  package mutating func take(_ news: ExaminationNews, of run: Int) {
    if seats.indices.contains(run) { seats[run].lab.take(news) }
  }

  /// Takes in a line that was printed: any of the runs may have done it.
  package mutating func log(_ line: String) { for index in seats.indices { seats[index].lab.log(line) } }

  /// Draws the curves of other runs behind those of the run that is shown.
  package mutating func compare(_ runs: [OtherRun]) { seats[shown].lab.compare(runs) }

  /// Takes in what no session tells: every lab hears it.
  package mutating func hear(_ news: PaneNews) {
    // A step is one of the run that was there first.
    if case .step = news { return seats[0].lab.hear(news) }
    for index in seats.indices { seats[index].lab.hear(news) }
  }

  /// What the next lab may begin with.
  package var memory: LabMemory? { seats[shown].lab.memory }

  /// Draws the frame.
  package mutating func draw(into buffer: inout CellBuffer) { seats[shown].lab.draw(into: &buffer) }

  // MARK: what the labs answer

  private mutating func answer(_ actions: [LabAction], of run: Int) -> [LabAction] {
    actions.flatMap { action -> [LabAction] in
      switch action {
      case .view(let name):
        view(name)
        return []
      // The alarm of the run that nobody sees.
      case .notify(let text) where seats.count > 1:
        if run != shown { note("\(seats[run].name): \(text)") }
        return [.notify("\(seats[run].name): \(text)")]
      case .leave: return leave(run)
      case .next where seats.indices.contains { $0 != run && seats[$0].isRunning }:
        note("the other run is still open; leave it first")
        return []
      default: return [action]
      }
    }
  }

  private mutating func view(_ name: String?) {
    let next = name.map { name in seats.firstIndex { $0.name == name } } ?? (shown + 1) % seats.count
    guard let next else { return note("no run '\(name ?? "")'; use \(Desk.names.joined(separator: " or "))") }
    show(next)
  }

  /// Both runs are looked at in the same way.
  private mutating func show(_ run: Int) {
    if run != shown { seats[run].lab.adoptLook(of: seats[shown].lab) }
    shown = run
  }

  /// A person leaves one run. The screen stays while the other one trains.
  private mutating func leave(_ run: Int) -> [LabAction] {
    seats[run].isLeft = true
    guard let other = seats.indices.first(where: { $0 != run && seats[$0].isRunning }) else {
      return run == shown || seats[shown].isLeft ? [.leave] : []
    }
    if run == shown {
      show(other)
      note("the \(seats[other].name) is still open; q ends it, too")
    }
    return []
  }
}
