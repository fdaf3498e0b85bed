import Engine
import Events
import Foundation
import Networks
import Recipe
import Runs
import Spelling

/// From where and how a run goes on.
struct Resumption {
  /// The checkpoint, with what is to be done again after it.
  let point: ResumePoint
  /// What a person should know, one line each.
  let notes: [String]

  /// Chooses the latest intact checkpoint, and prepares the record for going on from there. Throws `RunError`,
  /// `CommandFailure` or `SettingError`.
  init(_ url: URL, _ store: RunStore, steps: Int?, isForced: Bool) throws {
    var notes: [String] = []
    let files = RunFiles(url)
    files.removeLeftovers()
    var point = try files.latest { notes.append("\($0); the checkpoint before it is used") }
    try Resumption.check(point.provenance, url, isForced: isForced, &notes)
    let wasFinished = try store.sessions().last?.outcome == SessionState.finished.rawValue
    let longer = try Resumption.extend(point, to: steps, wasFinished: wasFinished, url, &notes)
    try store.rewind(to: &point, adding: longer, goesOn: wasFinished)
    if point.reached > point.progress.step {
      let steps = NumberText.count(point.reached - point.progress.step, "step")
      notes.append("\(steps) after \(URL(fileURLWithPath: point.path).lastPathComponent) run again")
    }
    (self.point, self.notes) = (point, notes)
  }

  /// Other kernels give other bits: that is said, and needs a word.
  private static func check(
    _ provenance: Provenance, _ url: URL, isForced: Bool, _ notes: inout [String]
  ) throws {
    let differences = provenance.differences(from: .current)
    guard !differences.isEmpty else { return }
    let list = differences.joined(separator: ", ")
    guard isForced else {
      throw CommandFailure.failed(
        "\(url.relativePath): began with \(list): the numbers would no longer be those of one uninterrupted run; add "
          + "--force to go on all the same, or use the program and machine it began with")
    }
    notes.append("the run began with \(list): from here on it is no longer bit for bit the uninterrupted run")
  }

  private static func extend(
    _ point: ResumePoint, to steps: Int?, wasFinished: Bool, _ url: URL, _ notes: inout [String]
  ) throws -> [Intervention] {
    let settings = point.progress.next, before = settings[.steps]
    guard let steps else {
      // Another checkpoint of the last step stands in for a damaged last one, which is written again.
      let isWhole = URL(fileURLWithPath: point.path).lastPathComponent == "last.safetensors"
      guard wasFinished, isWhole, before > 0, point.progress.step >= before else { return [] }
      throw CommandFailure.failed(
        "\(url.relativePath): finished after \(NumberText.count(point.progress.step, "step")); add --steps N to train it "
          + "longer")
    }
    guard steps > point.progress.step else {
      throw CommandFailure.usage(
        "--steps \(steps): the run has done \(point.progress.step); use a larger number")
    }
    guard steps != before else { return [] }
    var longer = settings
    try longer.set(.steps, to: steps)
    let schedule = settings.formatted(.schedule)
    let effect =
      settings[.schedule] == .constant
      ? "the learning rate stays" : "its \(schedule) schedule now stretches over all \(steps) steps, from here on"
    notes.append("\(NumberText.count(steps, "step")) instead of \(before == 0 ? "its epochs" : "\(before)"): \(effect)")
    return [Intervention(step: point.progress.step, cause: .you, .set(knob: Knob.steps.name, .integer(steps)))]
  }
}
