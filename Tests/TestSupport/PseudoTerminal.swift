import Foundation

/// A program on a pseudo-terminal of its own, whose every byte the test sees: for what has to be proven by the byte
/// stream.
///
/// The program leads its session, so the terminal is its `/dev/tty`. It is killed when this object goes.
package actor PseudoTerminal {
  /// The terminal's modes before the program started.
  package nonisolated let initialModes: [UInt32]

  private let master: Int32
  private var slave: Int32
  private let process: pid_t
  private var status: Int32?
  private var bytes: [UInt8] = []

  /// Starts a command. Throws a `HelperError` when it cannot.
  package init(
    _ command: [String], columns: UInt16 = 120, rows: UInt16 = 36, type: String = "xterm-256color",
    environment: [String: String] = [:]
  ) throws {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    var (master, slave): (Int32, Int32) = (-1, -1)
    guard openpty(&master, &slave, nil, nil, &size) == 0 else {
      throw HelperError("no pseudo-terminal: errno \(errno)")
    }
    // Not ttyname, whose answer another test would overwrite.
    var name = [CChar](repeating: 0, count: 64)
    guard ttyname_r(slave, &name, name.count) == 0 else { throw HelperError("the pseudo-terminal has no name") }
    for end in [master, slave] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
    (self.master, self.slave) = (master, slave)
    initialModes = Self.modes(of: master)
    process = try ChildProcess.spawn(
      command, environment: TestEnvironment.terminal(type, environment),
      streams: .terminal(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)))
  }

  deinit {
    if status == nil {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    if slave >= 0 {
      close(slave)
      close(master)
    }
  }

  /// All that the program has written so far.
  package var output: String {
    drain()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How many bytes the program has written so far.
  package var count: Int {
    drain()
    return bytes.count
  }

  /// The terminal's modes now, comparable.
  package var modes: [UInt32] { Self.modes(of: master) }

  private static func modes(of terminal: Int32) -> [UInt32] {
    var modes = termios()
    tcgetattr(terminal, &modes)
    return [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag]
  }

  /// Types a text, control characters included.
  package func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Waits until the program has written `text`; the answer is all it wrote. Throws when it does not.
  @discardableResult
  package func wait(for text: String, after start: Int = 0, within limit: Duration = .seconds(60)) async throws
    -> String
  {
    let found = try await Polling.first(within: limit) { () -> String? in
      drain()
      let output = String(decoding: bytes.dropFirst(start), as: UTF8.self)
      return output.contains(text) ? output : nil
    }
    guard let found else {
      throw HelperError("\(text.debugDescription) was not written, but \(output.debugDescription)")
    }
    return found
  }

  /// Changes the size; the program gets SIGWINCH.
  package func resize(columns: UInt16, rows: UInt16) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// Sends a signal to the program.
  package func signal(_ number: Int32) { kill(process, number) }

  /// Takes the terminal away, as a closed window or a lost connection does.
  package func hangUp() {
    drain()
    close(slave)
    close(master)
    slave = -1
  }

  /// The exit status as a shell has it: 128 + n after signal n. Throws when the program does not end.
  package func exitStatus(within limit: Duration = .seconds(60)) async throws -> Int32 {
    let ended = try await Polling.first(within: limit) { () -> Int32? in
      drain()
      return reap()
    }
    guard let ended else { throw HelperError("the program did not end; it wrote \(output.debugDescription)") }
    drain()
    return ended
  }

  private func reap() -> Int32? {
    if let status { return status }
    var raw: Int32 = 0
    guard waitpid(process, &raw, WNOHANG) == process else { return nil }
    status = ChildProcess.exitStatus(raw)
    return status
  }

  private func drain() {
    guard slave >= 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer.prefix(count)
    }
  }
}
