import Events
import Foundation
import Presets
import Spelling

/// Why a command did not do what was asked: one line for stderr, and the exit status.
package struct CommandFailure: Error, Equatable {
  /// The exit status of the program.
  package let status: Int32
  /// What is wrong, where, and what to do; empty when that has already been reported.
  package let line: String

  package static let usageStatus: Int32 = 2

  /// The exit statuses that all long-running commands share, for their help.
  static let statusHelp =
    "Exit status: 0 success, 1 failure, 2 usage error; 130, 143 or 129 after SIGINT, SIGTERM or SIGHUP."

  /// Something failed: exit status 1.
  package static func failed(_ line: String) -> CommandFailure {
    CommandFailure(status: 1, line: oneLine(line))
  }

  /// The command line or a file it names is wrong: exit status 2.
  package static func usage(_ line: String) -> CommandFailure {
    CommandFailure(status: usageStatus, line: oneLine(line))
  }

  /// The run has finished, but its robustness is false: exit status 3, for `--fail-on-alarm`.
  package static let alarm = CommandFailure(
    status: 3, line: "false robustness: an alarm was raised and not acknowledged; 'dualab diagnose RUN' says more")

  /// The same for a watched training.
  package static let watchedAlarm = CommandFailure(
    status: alarm.status, line: "false robustness: an alarm was raised and not acknowledged; its causes are above")

  /// A signal ended the command, which has kept its results: exit status 128 + number.
  package static func signal(_ number: Int32) -> CommandFailure { CommandFailure(status: 128 + number, line: "") }

  /// A run of several processes has ended because one of them did, or was told to by a signal.
  static func lost(_ folder: URL, _ summary: Summary, signal: Int32?) -> CommandFailure {
    // A run without a step leaves nothing to go on from.
    let remedy =
      summary.step > 0
      ? "resume it with 'dualab train --resume \(folder.relativePath)' on any number of processes"
      : "run the same command again"
    let line =
      "step \(summary.step): lost contact with another process of this run (it ended, or this one was interrupted); "
      + remedy
    return CommandFailure(status: signal.map { 128 + $0 } ?? 1, line: oneLine(line))
  }

  /// The reader of stdout went away: the status of a program that SIGPIPE (13) ends.
  package static let readerLeft = CommandFailure(status: 128 + 13, line: "")

  /// The parser's message in the form of all our errors: what is wrong; what to do.
  package static func usageLine(_ message: String) -> String {
    let first = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let plain = first.hasSuffix(".") ? String(first.dropLast()) : first
    let what = plain.prefix(1).lowercased() + plain.dropFirst()
    if let hint = what.range(of: ". Did you mean") { return what.replacingCharacters(in: hint, with: "; did you mean") }
    return what + "; see 'dualab --help' or 'dualab COMMAND --help'"
  }

  /// The word is not a command of `parent`, which has `commands`.
  static func unknownCommand(_ word: String, of parent: String, _ commands: [String]) -> CommandFailure {
    let near = nearestName(to: word, in: commands).map { "did you mean '\($0)'?" }
    let hint = near ?? "use one of " + commands.joined(separator: ", ")
    return .usage("'\(word)' is not a command of '\(parent)'; \(hint)")
  }

  /// Refuses the value of an option that is not in `range`. Throws `CommandFailure` of usage.
  static func check(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
    guard !range.contains(value) else { return }
    let accepted =
      range.upperBound == .max ? "of at least \(range.lowerBound)" : "in \(range.lowerBound) … \(range.upperBound)"
    throw usage("\(option) \(value): use a whole number \(accepted)")
  }
}

extension CommandFailure {
  /// What an error of a command means. Settings and files that the command line names are usage errors.
  package init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case is OutputClosed: self = .readerLeft
    case is SettingError, is ResourceError: self = .usage("\(error)")
    default: self = .failed("\(error)")
    }
  }
}
