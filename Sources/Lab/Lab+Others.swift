import Events
import Panes

/// Other runs, whose curves are drawn behind those of the run that is shown.
extension Lab {
  /// Draws the curves of these runs, instead of those that were there. That of a run that trains next to this one stays.
  package mutating func compare(_ runs: [OtherRun]) {
    others = (hasCompanion ? Array(others.prefix(1)) : []) + runs
    for index in panes.indices { panes[index].compare(others) }
    needsDraw = true
  }

  /// From now on another run trains next to this one.
  mutating func accompany(_ run: OtherRun) {
    let others = others
    (hasCompanion, self.others) = (true, [run])
    compare(others)
  }

  /// Takes in what one of them tells meanwhile.
  mutating func handle(_ event: Event, of other: Int) {
    guard others.indices.contains(other) else { return }
    switch event {
    case .sample, .probe: others[other].events.append(event)
    default: return
    }
    for index in panes.indices { panes[index].update(event, of: other) }
    needsDraw = true
  }

  /// Asks for the curves of runs by name; none: takes away those that were there.
  mutating func compare(named names: [String]) -> [LabAction] {
    guard names.isEmpty else { return [.compare(names)] }
    let none = others.count == (hasCompanion ? 1 : 0)
    compare([])
    show(none ? "no other run was drawn" : "other runs are no longer drawn", isError: false)
    return []
  }

  /// Shows what another lab shows, and how.
  mutating func adoptLook(of lab: Lab) {
    adoptPanes(of: lab)
    (isFull, size, options) = (lab.isFull, lab.size, lab.options)
    view.adopt(lab.view)
    needsDraw = true
  }

  /// Shows the other one of two runs, or the one with this name.
  mutating func view(_ name: String?) -> [LabAction] {
    guard session.place == nil else { return [.view(name)] }
    show("there is one run only; 'branch PLACE NAME=VALUE --beside' trains another next to it", isError: true)
    return []
  }
}
