import Events
import Recipe
import Spelling
import Yams

/// Reads the key `tour` of a preset: a list of `{at: 300, set: {beta: 0.5}, say: "…", pause: true}`, in order of steps.
/// `pane: gap` names the pane that the caption speaks of. `recalibrate: N` recomputes running statistics from N
/// batches, `finish: true` ends the run there.
struct TourReader {
  let parts: YAMLParts

  private static let keys = ["at", "set", "say", "pane", "pause", "recalibrate", "finish"]

  /// The stops. Each change must be one that a running session accepts. Throws `ResourceError`.
  func stops(_ node: Node, of settings: Settings) throws -> [TourStop] {
    var stops: [TourStop] = []
    var settings = settings
    for node in try parts.list(node, "tour") {
      let stop = try stop(node, &settings)
      if let last = stops.last, last.step > stop.step {
        throw parts.error(
          node, "the stop at step \(stop.step) comes after the one at step \(last.step); sort them by step")
      }
      stops.append(stop)
    }
    return stops
  }

  private func stop(_ node: Node, _ settings: inout Settings) throws -> TourStop {
    let fields = try parts.mapping(node, "a tour stop", known: Self.keys)
    guard let at = fields["at"] else { throw parts.error(node, "a tour stop has no step; add 'at: STEP'") }
    let changes = try fields["set"].map { try self.changes($0, "tour", settings) } ?? []
    for change in changes { try? settings.set(change.knob, to: change.value) }
    return TourStop(
      step: try parts.integer(at, "at", least: 0), changes: changes,
      caption: try fields["say"].map { try parts.text($0, "say") } ?? "",
      pauses: try fields["pause"].map { try flag($0, "pause") } ?? false,
      recalibrates: try fields["recalibrate"].map { try parts.integer($0, "recalibrate", least: 1) },
      finishes: try fields["finish"].map { try flag($0, "finish") } == true ? true : nil,
      pane: try fields["pane"].map { try parts.text($0, "pane") })
  }

  /// Changes of settings that a running session with `settings` accepts; `what` is the key they stand below. Throws
  /// `ResourceError`.
  func changes(_ set: Node, _ what: String, _ settings: Settings) throws -> [TourStop.Change] {
    var settings = settings
    let changes = try FlatYAML.entries(of: set, parts.path).map { entry in
      do {
        let value = try value(of: entry)
        guard let knob = AnyKnob.named(entry.key), knob.isLive else {
          throw SettingError("\(entry.key) cannot change during a run; set it above the \(what)")
        }
        try settings.set(knob.name, to: value)
        return TourStop.Change(knob: knob.name, value: value)
      } catch let error as SettingError {
        throw ResourceError("\(parts.path):\(entry.line): \(what): \(error)")
      }
    }
    if let conflict = settings.conflict { throw parts.error(set, "\(what): \(conflict)") }
    return changes
  }

  private func flag(_ node: Node, _ key: String) throws -> Bool {
    guard case .scalar(let scalar) = node, let value = Bool(scalar.string) else {
      throw parts.error(node, "\(key): use true or false")
    }
    return value
  }
}
