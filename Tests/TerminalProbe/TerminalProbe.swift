import Events
import Foundation
import Lab
import Terminal

/// Opens the screen for the tests: `terminal-probe [--colors N] [--mouse] MODE`, where
/// MODE is what key x does (`ProbeContent.Fault`), or one of the cases below.
@main
struct TerminalProbe {
  static func main() async {
    reexecWithoutInteractiveBacktrace()
    var arguments = Array(CommandLine.arguments.dropFirst())
    var options = ScreenOptions()
    if arguments.first == "--colors" {
      options.colors = arguments.dropFirst().first.flatMap(Int.init)
      arguments.removeFirst(2)
    }
    if arguments.first == "--mouse" {
      options.usesMouse = true
      arguments.removeFirst()
    }
    switch arguments.first {
    case "arguments": describe(arguments)
    case "lab": await leave { try await LabScreen.run(Lab(), options: options, events: events(), send: told) }
    case "flood":
      let content = ProbeContent(fault: .none)
      await leave { try await LabScreen.run(content, options: options, events: events(20_000), send: told) }
    case "twice":
      let content = ProbeContent(fault: .none)
      _ = try? await LabScreen.run(content, options: options, events: events(), send: told)
      await leave { try await LabScreen.run(content, options: options, events: events(), send: told) }
    case "cancel":
      let content = ProbeContent(fault: .none)
      let (commands, told) = AsyncStream.makeStream(of: Command.self)
      let screen = Task {
        try await LabScreen.run(content, options: options, events: events(), send: { told.yield($0) })
      }
      for await _ in commands { break }
      screen.cancel()
      await leave { try await screen.value }
    case let name:
      let content = ProbeContent(fault: ProbeContent.Fault(rawValue: name ?? "none") ?? .none)
      await leave { try await LabScreen.run(content, options: options, events: events(), send: told) }
    }
  }

  /// Says how the screen was left and ends as the lab does.
  private static func leave(_ show: sending () async throws -> ScreenOutcome) async {
    do {
      let outcome = try await show()
      print("left: \(outcome)")
      guard case .signal(let number) = outcome else { exit(0) }
      exit(128 + number)
    } catch {
      print("error: \(error)")
      exit(1)
    }
  }

  private static func describe(_ arguments: [String]) {
    print("arguments: \(arguments.dropFirst())")
    print("backtrace: \(ProcessInfo.processInfo.environment["SWIFT_BACKTRACE"] ?? "not set")")
    print("capabilities: \(TerminalCapabilities.canShowLab) \(TerminalCapabilities.suggestedSymbols)")
    print("size: \(TerminalCapabilities.size.map { "\($0.columns)x\($0.rows)" } ?? "none")")
  }

  /// Some events and no more; the screen stays.
  private static func events(_ count: Int = 3) -> AsyncStream<Event> {
    AsyncStream { continuation in
      for step in 1...count { continuation.yield(.state(StateChange(step: step, state: .training))) }
      continuation.finish()
    }
  }

  private static func told(_ command: Command) { print("told \(command)") }
}
