import Foundation
import Spelling

/// A command that did not do what was asked: one line for stderr, and the exit status.
package struct CommandFailure: Error, Equatable {
  /// The exit status of the program.
  package let status: Int32
  /// What, where, remedy; empty when everything was said.
  package let line: String

  package static let usageStatus: Int32 = 2

  /// Something failed: exit status 1.
  package static func failed(_ line: String) -> CommandFailure { CommandFailure(status: 1, line: line) }

  /// What was typed cannot be: exit status 2.
  package static func usage(_ line: String) -> CommandFailure { CommandFailure(status: usageStatus, line: line) }

  /// The run is done, and its robustness is not what it seems: what `--fail-on-alarm` asks to be told.
  package static let alarm = CommandFailure(
    status: 3, line: "false robustness: an alarm was raised and not acknowledged; 'dualab diagnose RUN' says more")

  /// Ended by a signal, after a checkpoint: 128 and its number.
  package static func signal(_ number: Int32) -> CommandFailure { CommandFailure(status: 128 + number, line: "") }

  /// Whoever read stdout went away: what a program gets that does not ignore SIGPIPE (13).
  package static let readerLeft = CommandFailure(status: 128 + 13, line: "")

  /// The parser's message in the form of all our lines: `what; remedy`.
  package static func usageLine(_ message: String) -> String {
    let first = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let plain = first.hasSuffix(".") ? String(first.dropLast()) : first
    let what = plain.prefix(1).lowercased() + plain.dropFirst()
    if let hint = what.range(of: ". Did you mean") { return what.replacingCharacters(in: hint, with: "; did you mean") }
    return what + "; 'dualab --help' and 'dualab COMMAND --help' say what is accepted"
  }

  /// A first word that is no command.
  package static func unknownCommand(_ word: String, commands: [String]) -> CommandFailure {
    let near = nearestName(to: word, in: commands).map { "did you mean '\($0)'?" }
    return .usage("'\(word)' is not a command; " + (near ?? "give one of " + commands.joined(separator: ", ")))
  }
}
