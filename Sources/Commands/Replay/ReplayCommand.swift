import ArgumentParser
import Events
import Foundation
import Lab
import Panes
import Plotting
import Presets
import Runs
import Terminal

/// `dualab replay`: plays a run again, without training.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Play a run in the lab at any speed, or print one frame of it.",
    usage: """
      dualab replay <run> [--speed <x>] [<look>]
      dualab replay <run> --frame <step> [--size <WxH>] [--format txt|svg|html]
      """,
    discussion: """
      Nothing is trained. space plays and pauses, ← and → move by a fiftieth of it, . by a step, - and + change the speed, \
      and ':seek STEP' goes to a step. --frame prints what the lab shows after a step.
      """)

  @Argument(help: ArgumentHelp("The run.", valueName: "run"))
  var name: String

  @Option(help: ArgumentHelp("Times the speed at which the run was trained.", valueName: "x"))
  var speed = 1.0

  @Option(help: ArgumentHelp("Print the frame after this step to stdout and leave.", valueName: "step"))
  var frame: Int?

  @Option(help: ArgumentHelp("Columns and rows of that frame.", valueName: "WxH"))
  var size = "120x36"

  @Option(help: "Format of that frame: txt, svg or html.")
  var format = FrameFormat.txt

  @OptionGroup var look: LookOptions

  mutating func run() async throws {
    guard speed >= 0.01, speed <= 4096 else {
      throw CommandFailure.usage("--speed \(speed): use a number in 0.01 … 4096")
    }
    let themes = try ResourceLibrary<ThemeFile>()
    // A printed frame does not depend on who prints it.
    guard frame == nil else { return try await play(Lab(options: try look.labOptions(themes))) { _ in } }
    let (lab, configuration) = try look.lab(themes)
    try await play(lab, configuration.remember)
  }

  /// Plays the run in a lab that has seen nothing.
  func play(_ empty: Lab, _ remember: @escaping @Sendable (LabMemory) -> Void) async throws {
    let store = try RunName(name).store()
    var lab = empty
    lab.compare(OtherRun.parent(of: store))
    let events = try store.events().map(\.event)
    guard events.contains(where: { if case .started = $0 { true } else { false } }) else {
      throw CommandFailure.failed("\(store.folder.relativePath): nothing was recorded before the run ended")
    }
    var replay = Replay(events, lab: lab, speed: speed)
    if let frame { return try print(frame, of: &replay) }
    guard look.tui || TerminalCapabilities.canShowLab else {
      throw CommandFailure.usage("replay: stdout is not a terminal; use --frame STEP to print one frame")
    }
    var screen = look.screenOptions()
    screen.compare = { names in try OtherRun.named(names, for: store) }
    screen.look(around: store.folder, remember)
    let outcome = try await LabScreen.run(
      replay, options: screen, events: AsyncStream { $0.finish() }, send: { _ in })
    if case .signal(let number) = outcome { throw CommandFailure.signal(number) }
  }

  private func print(_ step: Int, of replay: inout Replay) throws {
    guard step >= 0 else { throw CommandFailure.usage("--frame \(step): use a step, 0 or larger") }
    let extents = size.lowercased().split(separator: "x").map { Int($0) }
    guard extents.count == 2, let width = extents[0], let height = extents[1], (1...1000).contains(width),
      (1...1000).contains(height)
    else { throw CommandFailure.usage("--size \(size): use columns and rows, such as 120x36") }
    replay.seek(to: step)
    var buffer = CellBuffer(width: width, height: height)
    replay.dismiss()
    replay.draw(into: &buffer)
    try Output.standard.result(format == .txt ? buffer.text + "\n" : buffer.contents(as: format))
  }
}
