import Events
import Foundation

/// What a run does about alarms outside the engine: the person's command, and the exit status. DESIGN §5, §9.
struct AlarmWatch: Sendable {
  /// An alarm was raised and nobody acknowledged it.
  private(set) var isUnacknowledged = false
  private let command: AlarmCommand?
  private let folder: String

  /// `command` is what `--on-alarm` asks for; `folder` is the run's.
  init(command: AlarmCommand?, folder: String) {
    self.command = command
    self.folder = folder
  }

  /// Takes note of an event; starts the command at a new alarm. Returns a line when that failed.
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

  /// Passes events on and looks after alarms on the way. The screen has its own ways to tell of them.
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

/// A program to be started at an alarm, without a shell, with what is known as further arguments:
/// `STEP GAP LOWER UPPER TIER FOLDER`.
struct AlarmCommand: Sendable, Hashable {
  let program: String
  let arguments: [String]

  /// From the text of `--on-alarm`: a program, or a program and its first arguments with spaces between. Throws
  /// `CommandFailure` when there is no such program.
  init(_ text: String, path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") throws {
    // A path with spaces in it is a program too.
    let words = Self.isProgram(text) ? [text] : text.split(separator: " ").map(String.init)
    guard let first = words.first else {
      throw CommandFailure.usage("--on-alarm: give a program, such as --on-alarm notify-send")
    }
    let candidates = first.contains("/") ? [first] : path.split(separator: ":").map { "\($0)/\(first)" }
    guard let program = candidates.first(where: Self.isProgram) else {
      throw CommandFailure.usage("--on-alarm \(first): no such program; give its path, and make it executable")
    }
    self.program = program
    arguments = Array(words.dropFirst())
  }

  /// Starts it and does not wait. Returns a line when that failed.
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
      return "--on-alarm \(program): cannot be started (\(error.localizedDescription)); the run goes on"
    }
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }
}
