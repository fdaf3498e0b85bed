import Foundation

extension Launch {
  /// How to start the lab so that it has the terminal.
  static let terminalRemedy = "run 'export DUALAB_TTY=$(tty)' first, then mpirun with '< /dev/null'"

  /// True in the first process that mpirun started.
  static var isFirstOfSeveral: Bool { MPIRanks.Library.current(ProcessInfo.processInfo.environment)?.rank == 0 }

  /// Gives the first process the terminal that `DUALAB_TTY` names: mpirun leaves it none. Without the variable nothing
  /// changes. Throws one line.
  static func takeTerminal() throws {
    guard let path = ProcessInfo.processInfo.environment["DUALAB_TTY"], isFirstOfSeveral else { return }
    let terminal = open(path, O_RDWR | O_NOCTTY)
    guard terminal >= 0, isatty(terminal) == 1 else {
      throw CommandFailure.usage("DUALAB_TTY=\(path): not a terminal that can be opened; \(terminalRemedy)")
    }
    if let reader = otherReader(of: terminal) {
      throw CommandFailure.usage("\(reader) reads the terminal too and would take keys from the lab; \(terminalRemedy)")
    }
    // Open MPI leaves its processes in the session of the terminal, but in the background, where nobody may read keys.
    // Outside of its session the terminal lets every process of the same user read.
    let controlling = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    if controlling >= 0 {
      _ = ioctl(controlling, UInt(TIOCNOTTY))
      close(controlling)
    }
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(terminal, stream) }
    if terminal > STDERR_FILENO { close(terminal) }
    watchSize()
  }

  /// The name of a process of MPI above this one that has the terminal as its standard input.
  private static func otherReader(of terminal: Int32) -> String? {
    var own = stat()
    guard fstat(terminal, &own) == 0 else { return nil }
    var process = getppid()
    while process > 1, let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8),
      name.hasPrefix("mpi") || name.hasPrefix("hydra") || name.hasPrefix("ort") || name.hasPrefix("prte")
    {
      var input = stat()
      if stat("/proc/\(process)/fd/0", &input) == 0, input.st_rdev == own.st_rdev, input.st_mode & S_IFMT == S_IFCHR {
        return name.trimmingCharacters(in: .newlines)
      }
      guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("PPid:") }),
        let parent = pid_t(line.dropFirst(5).trimmingCharacters(in: .whitespaces))
      else { return nil }
      process = parent
    }
    return nil
  }

  /// The kernel tells only the session of a terminal that its size has changed: asks for it instead.
  private static func watchSize() {
    Thread.detachNewThread {
      var last = winsize()
      _ = ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &last)
      while true {
        usleep(100_000)
        var now = winsize()
        guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &now) == 0 else { return }
        if now.ws_row != last.ws_row || now.ws_col != last.ws_col { kill(getpid(), SIGWINCH) }
        last = now
      }
    }
  }
}
