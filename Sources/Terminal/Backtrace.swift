import Foundation

/// Starts this program once more, with the same arguments, when a crash would otherwise wait 30 seconds for a key.
///
/// On a terminal Swift's backtracer asks whether to become interactive. It reads `SWIFT_BACKTRACE` when the process
/// starts, too early to set it from within. Call it first in `main`, before any thread. Returns when nothing has to be
/// done: there is no terminal, the user has already chosen, or the program is the one started so. A crash then prints its
/// message and the thread that crashed, without all registers and images, and the process ends at once.
package func reexecWithoutInteractiveBacktrace() {
  let name = "SWIFT_BACKTRACE"
  let chosen = getenv(name).map { String(cString: $0) } ?? ""
  guard !chosen.contains("interactive="), !chosen.contains("enable=no") else { return }
  guard TerminalCapabilities.standardInputIsTerminal || TerminalCapabilities.standardOutputIsTerminal else { return }
  guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return }
  setenv(name, (chosen.isEmpty ? "" : chosen + ",") + "interactive=no,preset=friendly", 1)
  execv(program, CommandLine.unsafeArgv)
  // Only when the system refuses: the program goes on as it is.
  unsetenv(name)
  if !chosen.isEmpty { setenv(name, chosen, 1) }
}
