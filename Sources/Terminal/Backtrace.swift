import Foundation

/// Restarts this program with the same arguments, if a crash would otherwise wait 30 seconds for a key.
///
/// On a terminal, Swift's backtracer asks whether to become interactive. It reads `SWIFT_BACKTRACE` when the process
/// starts, so the program cannot set it for itself. Call this first in `main`, before any thread starts. It returns
/// when there is nothing to do: there is no terminal, the user has set the variable, or the program was already
/// restarted. A crash then prints its message and the crashed thread, without registers and images, and the process
/// exits at once.
package func reexecWithoutInteractiveBacktrace() {
  let name = "SWIFT_BACKTRACE"
  let chosen = getenv(name).map { String(cString: $0) } ?? ""
  guard !chosen.contains("interactive="), !chosen.contains("enable=no") else { return }
  guard TerminalCapabilities.standardInputIsTerminal || TerminalCapabilities.standardOutputIsTerminal else { return }
  guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return }
  setenv(name, (chosen.isEmpty ? "" : chosen + ",") + "interactive=no,preset=friendly", 1)
  execv(program, CommandLine.unsafeArgv)
  // Reached only if the system refuses: continue without the restart.
  unsetenv(name)
  if !chosen.isEmpty { setenv(name, chosen, 1) }
}
