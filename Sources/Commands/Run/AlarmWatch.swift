import Events
import Foundation

/// What a run does about alarms outside the engine: it starts the program of `--on-alarm` and decides the exit status.
struct AlarmWatch: Sendable {
  /// True when an alarm was raised and not acknowledged.
  private(set) var isUnacknowledged = false
  private let command: AlarmCommand?
  private let folder: String

  /// `command` is the program of `--on-alarm`; `folder` is the run's folder.
  init(command: AlarmCommand?, folder: String) {
    self.command = command
    self.folder = folder
  }

  /// Handles an event; starts the command when a new alarm is raised. Returns one line when that fails.
  mutating func take(_ event: Event) -> String? {
    guard case .alarm(let change) = event, change.from != change.state else { return nil }
    switch change.state {
    case .acknowledged: isUnacknowledged = false
    case .alarm:
      isUnacknowledged = true
      return command?.start(change, folder: folder)
    case .calm, .watch, .confirmed: break
    }
    return nil
  }

  /// Handles events and passes them on. For the screen, which reports alarms itself.
  func relay(_ events: AsyncStream<Event>) -> AsyncStream<Event> {
    AsyncStream { continuation in
      Task { [self] in
        var alarms = self
        for await event in events {
          _ = alarms.take(event)
          continuation.yield(event)
        }
        continuation.finish()
      }
    }
  }
}

/// A program that an alarm starts, without a shell. The facts are its last arguments: `STEP GAP LOWER UPPER TIER FOLDER`.
struct AlarmCommand: Sendable, Hashable {
  let program: String
  let arguments: [String]

  /// Reads the text of `--on-alarm`: a program, optionally with its first arguments, separated by spaces. Throws
  /// `CommandFailure` when there is no such program.
  init(_ text: String, path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") throws {
    // The path of a program may contain spaces.
    let words = Self.isProgram(text) ? [text] : text.split(separator: " ").map(String.init)
    guard let first = words.first else {
      throw CommandFailure.usage("--on-alarm: use the name or path of a program, for example notify-send")
    }
    let candidates = first.contains("/") ? [first] : path.split(separator: ":").map { "\($0)/\(first)" }
    guard let program = candidates.first(where: Self.isProgram) else {
      throw CommandFailure.usage("--on-alarm \(first): no such program; use its path, and make sure it is executable")
    }
    self.program = program
    arguments = Array(words.dropFirst())
  }

  /// Starts it without waiting for it. Returns one line when that fails.
  func start(_ change: GapChange, folder: String) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    let numbers = change.reading.map { ["\($0.gap)", "\($0.lower)", "\($0.upper)", $0.tier.rawValue] }
    process.arguments = arguments + ["\(change.step)"] + (numbers ?? ["", "", "", ""]) + [folder]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    do {
      try process.run()
      return nil
    } catch {
      return "--on-alarm \(program): cannot start the program (\(error.localizedDescription)); the run continues"
    }
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }
}
