import Events
import Lab
import Recipe
import Spelling

/// What comes through the control socket, in the words of the lab's command line.
enum ControlLine {
  /// The command, with its source. Throws `SettingError`.
  @Sendable static func command(_ line: String) throws -> Command {
    var prompt = Prompt()
    for character in oneLine(line) { prompt.type(character) }
    switch try prompt.parse() {
    case .send(.set(let knob, let value, _)): return .set(knob: knob, value: value, cause: .remote)
    case .send(.saveTo(let folder)) where !folder.hasPrefix("/"):
      throw SettingError(
        "save-to \(folder): give the whole path, from / on: the run may have started in another folder")
    case .send(let command): return command
    case .nothing: throw SettingError("nothing to do; send a command such as set beta=1")
    case .branch, .view, .compare, .seek, .next, .quit, .theme:
      throw SettingError("'\(line)' is for the screen; use 'dualab runs branch' to branch, and 'stop' to stop")
    }
  }
}
