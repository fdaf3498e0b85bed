import Foundation
import Spelling

/// Thrown when the reader of stdout has gone away.
package struct OutputClosed: Error {
  package init() {}
}

/// Where a command writes: results to stdout, everything else to stderr. Unbuffered, so that readers do not wait.
///
/// Whatever files and people wrote (names of tensors, captions, labels) comes through here and cannot steer the
/// terminal:
/// `printable` is applied to every text, in this one place. JSON has been escaped before.
package struct Output: Sendable {
  private let writeResult: @Sendable (String) throws -> Void
  private let writeError: @Sendable (String) throws -> Void
  /// True when stderr is a terminal that can redraw a line.
  package let canRedraw: Bool
  /// The current number of columns of that terminal.
  package let columns: @Sendable () -> Int
  /// The number of columns for tables on stdout; nil when they may be as wide as they like.
  package let tableColumns: @Sendable () -> Int?

  /// Writes to the caller's own streams.
  package init(
    result: @escaping @Sendable (String) throws -> Void, error: @escaping @Sendable (String) throws -> Void,
    canRedraw: Bool = false, columns: @escaping @Sendable () -> Int = { 80 },
    tableColumns: @escaping @Sendable () -> Int? = { nil }
  ) {
    (writeResult, writeError) = (result, error)
    self.canRedraw = canRedraw
    self.columns = columns
    self.tableColumns = tableColumns
  }

  /// Writes to stdout. Throws `OutputClosed` when the reader has gone away.
  package func result(_ text: String) throws { try writeResult(printable(text)) }

  /// Writes to stderr; a closed stderr is not an error.
  package func error(_ text: String) throws { try writeError(printable(text)) }

  /// Draws a line of stderr over the one that is there.
  package func redraw(_ line: String) throws { try writeError("\r" + oneLine(line) + "\u{1b}[K") }

  /// Removes the line that was redrawn.
  package func clearLine() throws { try writeError("\r\u{1b}[K") }

  /// The standard streams of the program.
  package static let standard = Output(
    result: { text in
      guard !write(text, to: STDOUT_FILENO) else { return }
      // A pipe without a reader is not a failure; a full or closed device is.
      if errno == EPIPE { throw OutputClosed() }
      throw CommandFailure.failed("stdout: \(String(cString: strerror(errno))); redirect it to a place with free space")
    },
    error: { text in _ = write(text, to: STDERR_FILENO) },
    canRedraw: isatty(STDERR_FILENO) == 1 && !isDumbTerminal,
    columns: { columns(of: STDERR_FILENO) ?? 80 },
    tableColumns: {
      let told = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
      return (told ?? columns(of: STDOUT_FILENO)).map { max(20, $0) }
    })

  /// True when the terminal can only print lines.
  static var isDumbTerminal: Bool { ["", "dumb"].contains(ProcessInfo.processInfo.environment["TERM"] ?? "") }

  /// Writes all of the text; false when that fails.
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EAGAIN {
        // Another program may have set a shared terminal or pipe to non-blocking.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
