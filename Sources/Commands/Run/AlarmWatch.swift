import Events
import Foundation
import Synchronization

/// What a run or a watch does about alarms outside the engine: it starts the program of `--on-alarm` and decides the
/// exit status.
final class AlarmWatch: Sendable {
  private struct State {
    var isUnacknowledged = false
    var hasNewAlarm = false
    /// False while a watch repeats what an earlier one found: nobody is told of those alarms again.
    var isLive: Bool
  }

  private let state: Mutex<State>
  private let command: AlarmCommand?
  private let folder: String

  /// `command` is the program of `--on-alarm`; `folder` is the run's folder. With `repeatsFirst`, events before the
  /// first state are those of an earlier watch.
  init(command: AlarmCommand?, folder: String, repeatsFirst: Bool = false) {
    self.command = command
    self.folder = folder
    state = Mutex(State(isLive: !repeatsFirst))
  }

  /// True when an alarm was raised and not acknowledged, by this watch or by an earlier one that it continues.
  var isUnacknowledged: Bool { state.withLock { $0.isUnacknowledged } }

  /// The same for alarms that no earlier watch raised.
  var hasNewAlarm: Bool { state.withLock { $0.hasNewAlarm } }

  /// Handles an event; starts the command when a new alarm is raised. Returns one line when that fails.
  func take(_ event: Event) -> String? {
    if case .state = event { state.withLock { $0.isLive = true } }
    guard case .alarm(let change) = event, change.from != change.state else { return nil }
    switch change.state {
    case .acknowledged: state.withLock { ($0.isUnacknowledged, $0.hasNewAlarm) = (false, false) }
    case .alarm:
      let isLive = state.withLock { state in
        state.isUnacknowledged = true
        state.hasNewAlarm = state.hasNewAlarm || state.isLive
        return state.isLive
      }
      return isLive ? command?.start(change, folder: folder) : nil
    case .calm, .watch, .confirmed: break
    }
    return nil
  }

  /// Handles events and passes them on. For the screen, which reports alarms itself.
  func relay(_ events: AsyncStream<Event>) -> AsyncStream<Event> {
    AsyncStream { continuation in
      Task {
        for await event in events {
          _ = take(event)
          continuation.yield(event)
        }
        continuation.finish()
      }
    }
  }
}

/// A program that an alarm starts, without a shell. The facts are its last arguments: `STEP GAP LOWER UPPER TIER
/// FOLDER`.
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

  /// Starts it without waiting for it, in a session of its own with the usual signals and without our streams. Returns
  /// one line when that fails.
  func start(_ change: GapChange, folder: String) -> String? {
    let numbers = change.reading.map { ["\($0.gap)", "\($0.lower)", "\($0.upper)", $0.tier.rawValue] }
    let words = [program] + arguments + ["\(change.step)"] + (numbers ?? ["", "", "", ""]) + [folder]
    let status = Self.spawn(program, words)
    guard status != 0 else { return nil }
    return "--on-alarm \(program): cannot start the program (\(String(cString: strerror(status)))); the run continues"
  }

  /// Zero, or the number of the error. This program blocks and ignores signals that another one needs.
  private static func spawn(_ program: String, _ words: [String]) -> Int32 {
    var attributes = posix_spawnattr_t(), actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    var none = sigset_t(), all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    // SETSID keeps it alive when the terminal is closed.
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | 0x80
    posix_spawnattr_setflags(&attributes, Int16(flags))
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var child = pid_t()
    let status = posix_spawn(&child, program, &actions, &attributes, &pointers, environ)
    // Somebody has to take note of its end; the run does not wait for that.
    if status == 0 { reap(child) }
    return status
  }

  private static func reap(_ child: pid_t) {
    Thread.detachNewThread {
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
    }
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }
}
