import Events
import Panes
import Plotting
import Readout
import Recipe
import Spelling

/// The command line in the last row.
struct CommandDialog: TypingDialog {
  static let title = "Command line"
  static let opening: DialogOpening? = DialogOpening(
    .view,
    LabKey([.character(":")], footer: FooterWord(":", "command"), "type a command") { $0.open(CommandDialog($0)) })
  static let keys: [DialogKey<CommandDialog>] =
    [
      DialogKey([.enter], "run the command") { $0.run() },
      DialogKey([.tab], "complete the word; press again for the next candidate") {
        $0.prompt.complete()
        return []
      },
      DialogKey([.up, .control("p")], "the line that was run before") { $0.recall(1) },
      DialogKey([.down, .control("n")], "the line after it") { $0.recall(-1) },
      DialogKey([.backspace], "delete the character before the cursor; close an empty line") {
        $0.prompt.erase() ? [] : [.close]
      },
      DialogKey([.escape], "close") { _ in [.close] },
    ] + editing

  static let place = DialogPlace.footer

  let heading = ""
  var scroll = ScrolledText()
  private var prompt: Prompt
  private var settings: Settings?
  private var isOver = false
  private var marks = Marks()
  private var step = 0

  /// A line that begins with this text.
  init(_ lab: Lab, text: String = "") {
    prompt = Prompt(
      LineNames(
        themes: lab.options.themes.map(\.name), marks: lab.session.marks.all.map(\.name), runs: lab.options.runs,
        settings: lab.session.settings), history: lab.lineHistory, text: text)
  }

  mutating func edit(_ key: Key) { prompt.press(key) }

  private mutating func recall(_ count: Int) -> [DialogRequest] {
    prompt.recall(count)
    return []
  }

  mutating func follow(_ lab: Lab) -> Bool {
    settings = lab.session.settings
    isOver = lab.session.isOver
    (marks, step) = (lab.session.marks, lab.session.step)
    return true
  }

  mutating func type(_ character: Character) -> Bool {
    prompt.type(character)
    return true
  }

  /// Does what was typed. A line that cannot be run stays, with the reason, to be corrected.
  private func run() -> [DialogRequest] { [.remember(prompt.text)] + answer() }

  private func answer() -> [DialogRequest] {
    do {
      switch try prompt.parse() {
      case .nothing: return [.close]
      case .quit: return [.close, .quit]
      case .theme(let index): return [.close, .theme(index)]
      case .compare(let names): return [.close, .compare(names)]
      case .seek(let place): return [.close, .seek(place)]
      case .branch(let place, let changes, let isBeside):
        return [.close, .branch(step: try place?.step(in: marks, now: step), changes, isBeside: isBeside)]
      case .view(let name): return [.close, .view(name)]
      case .next(let next): return [.close, .next(next)]
      case .send where isOver: return [.close, .say("the run is over; press q to leave", isError: true)]
      case .send(.stop): return [.close, .stop]
      case .send(let command):
        if let conflict = conflict(of: command) { throw conflict }
        return [.close, .ask(command)]
      }
    } catch {
      return [.say("\(error)", isError: true)]
    }
  }

  /// Why a change is not possible; nil for what is.
  private func conflict(of command: Command) -> SettingError? {
    guard case .set(let name, let value, _) = command, var changed = settings else { return nil }
    try? changed.set(name, to: value)
    return changed.conflict
  }

  func lines(width: Int) -> [[Span]] { [] }

  /// Draws the line, and after it what tab offers.
  func draw(into buffer: inout CellBuffer, in area: Rect, theme: Theme) {
    let y = area.y + area.height - 1
    var x = prompt.editor.draw(after: ":", into: &buffer, in: area, theme: theme) + 1
    for word in prompt.candidates.words {
      guard x + displayWidth(word) <= area.x + area.width else { break }
      x = buffer.write(word, x: x, y: y, in: area, style: theme.style(.faint)) + 2
    }
  }
}
