import Panes

/// A key of the shell.
typealias LabKey = KeyBinding<Lab, LabAction>

/// The one key table: dispatch, footer and help read it; panes add their own from their own declarations.
extension Lab {
  /// The shell's keys in a context; nil: those that work everywhere.
  static func keys(in context: KeyContext?) -> [LabKey] {
    switch context {
    case nil: alwaysKeys
    case .panes: sessionKeys + focusKeys + viewKeys
    case .quit: quitKeys
    case .help: helpKeys
    case .describe: textKeys(close: [.escape, .enter, .character("v")])
    case .results: textKeys(close: [.escape, .enter]) + [leaveKey]
    case .command: commandKeys
    case .change: changeKeys + scrollKeys
    }
  }

  private static let alwaysKeys: [LabKey] = [
    LabKey([.control("c")], "ask how to end; pressed twice: stop and leave at once") { $0.interrupt() },
    LabKey([.control("l")], "draw the screen anew") { _ in [.redraw] },
    LabKey([.control("s")], "save this frame as a file") { _ in [.saveFrame] },
    LabKey([.control("z")], "suspend dualab") { _ in [.suspend] },
  ]

  static let sessionKeys: [LabKey] = [
    LabKey(
      [.character(" ")], footer: FooterWord("space") { $0.session.isPaused ? "resume" : "pause" },
      "pause or resume training", when: \.session.canPause
    ) { $0.send($0.session.isPaused ? .resume : .pause) },
    LabKey(
      [.character(".")], footer: FooterWord(".", "step"), "one step, while paused",
      when: { $0.session.canPause && $0.session.isPaused }
    ) { $0.send(.step) },
  ]

  static let focusKeys: [LabKey] = [
    LabKey([.tab], footer: FooterWord("tab", "pane"), "next pane", when: { $0.enabled.count > 1 }) {
      $0.moveFocus(by: 1)
    },
    LabKey([.backTab], "previous pane", when: { $0.enabled.count > 1 }) { $0.moveFocus(by: -1) },
  ]

  static let viewKeys: [LabKey] =
    [
      LabKey([.character("?")], footer: FooterWord("?", "help"), "all keys") { $0.open(.help(HelpOverlay())) },
      LabKey(
        [.character("q")], footer: FooterWord("q", "quit"), "ask how to end; leave when the session is over"
      ) { $0.quit() },
      LabKey(
        [.enter], footer: FooterWord("enter", "full"), "this pane on the whole screen",
        when: { !$0.isFull && $0.layout.places.count > 1 }
      ) { $0.setFull(true) },
      LabKey([.escape], footer: FooterWord("esc", "back"), "back to all panes", when: \.isFull) { $0.setFull(false) },
      LabKey([.character(":")], footer: FooterWord(":", "command"), "type a command") {
        $0.open(.command(Prompt(themes: $0.options.themes.map(\.name))))
      },
    ]
    + paneCatalogue.prefix(9).enumerated().map { index, kind in
      LabKey([.character(Character("\(index + 1)"))], "show or hide \(kind.title)") { $0.togglePane(index) }
    } + [
      LabKey([.character("0")], "all panes as at the start") { $0.resetLayout() },
      LabKey([.character("v")], "this pane in words", when: { !$0.layout.places.isEmpty }) {
        $0.open(.describe(ScrolledText()))
      },
      LabKey([.character("t")], "next theme", when: { $0.options.themes.count > 1 }) { $0.nextTheme() },
      LabKey(
        [.character("r")], footer: FooterWord("r", "results"), "the final table again", when: \.session.isOver
      ) { $0.open(.results(ScrolledText())) },
    ]

  private static let quitKeys: [LabKey] = [
    LabKey([.up, .left, .backTab], footer: FooterWord("↑/↓", "choose"), "previous choice") { $0.chooseInQuit(by: -1) },
    LabKey([.down, .right, .tab], "next choice") { $0.chooseInQuit(by: 1) },
    LabKey([.enter], footer: FooterWord("enter", "do it"), "do what is highlighted") { $0.confirmQuit() },
    LabKey(
      [.character("f")], footer: FooterWord("f", "finish"), "end training here, test, keep weights",
      when: { $0.session.state != .testing }
    ) { $0.end(by: .finish) },
    LabKey([.character("s")], footer: FooterWord("s", "stop"), "write a checkpoint and leave") { $0.end(by: .stop) },
    LabKey([.escape, .character("c")], footer: FooterWord("esc", "cancel"), "go on") { $0.end(by: .cancel) },
  ]

  private static let helpKeys: [LabKey] =
    [
      LabKey([.escape, .enter, .character("?")], footer: FooterWord("esc", "close"), "close") { $0.close() },
      LabKey([.backspace], "undo the last letter of the filter") { $0.eraseInHelp() },
    ] + scrollKeys

  private static let commandKeys: [LabKey] = [
    LabKey([.enter], "do it") { $0.runPrompt() },
    LabKey([.tab], "complete the word, again for the next") { $0.completeCommand() },
    LabKey([.backspace], "take back a letter; on an empty line: close") { $0.eraseCommand() },
    LabKey([.escape], "close") { $0.close() },
  ]

  private static let changeKeys: [LabKey] = [
    LabKey(
      [.enter, .character("y")], footer: FooterWord("enter", "do it"), "send the change", when: \.canConfirmChange
    ) { $0.confirmChange() },
    LabKey([.escape, .character("n")], footer: FooterWord("esc", "leave it"), "change nothing") { $0.close() },
    LabKey(
      [.right, .character("+"), .character("=")], footer: FooterWord("←/→", "another value"), "the next value"
    ) { $0.turnChange(by: 1) },
    LabKey([.left, .character("-"), .character("_")], "the value before") { $0.turnChange(by: -1) },
  ]

  private static let leaveKey = LabKey([.character("q")], footer: FooterWord("q", "leave"), "leave") { $0.quit() }

  private static func textKeys(close: [Key]) -> [LabKey] {
    [LabKey(close, footer: FooterWord("esc", "close"), "close") { $0.close() }] + scrollKeys
  }

  private static let scrollKeys: [LabKey] = [
    LabKey([.up], footer: FooterWord("↑/↓", "scroll"), "up", when: \.canScroll) { $0.scroll(by: -1) },
    LabKey([.down], "down", when: \.canScroll) { $0.scroll(by: 1) },
    LabKey([.pageUp], "ten up", when: \.canScroll) { $0.scroll(by: -10) },
    LabKey([.pageDown], "ten down", when: \.canScroll) { $0.scroll(by: 10) },
  ]
}

extension Lab {
  /// What footer, help and tests know of the keys heard now, in the footer's order.
  package var hints: [KeyHint] {
    let shell = { (keys: [LabKey]) in keys.map { $0.hint(in: self) } }
    guard context == .panes else { return shell(Lab.keys(in: context) + Lab.keys(in: nil)) }
    let visible = layout.places.map(\.pane)
    let focused = visible.contains(focus) ? panes[focus].hints : []
    let others = visible.filter { $0 != focus }.flatMap { panes[$0].hints.filter(\.isHeardWhenVisible) }
    return shell(Lab.sessionKeys) + focused + shell(Lab.focusKeys) + others + shell(Lab.viewKeys + Lab.keys(in: nil))
  }

  /// Every key there is, in sections.
  var helpSections: [HelpOverlay.Section] {
    let row = { (hint: KeyHint) in (keys: hint.label, description: hint.description) }
    let shell = { (context: KeyContext?) in Lab.keys(in: context).map { row($0.hint(in: self)) } }
    var sections = [HelpOverlay.Section(heading: KeyContext.panes.rawValue, rows: shell(.panes) + shell(nil))]
    for pane in panes where !pane.hints.isEmpty {
      let rows = pane.hints.map { hint in
        (keys: hint.label, description: hint.description + (hint.isHeardWhenVisible ? "" : " (with the focus)"))
      }
      sections.append(HelpOverlay.Section(heading: Swift.type(of: pane).title, rows: rows))
    }
    for context in KeyContext.allCases.dropFirst() {
      sections.append(HelpOverlay.Section(heading: context.rawValue, rows: shell(context)))
    }
    let commands = LineCommand.all.map { (keys: ":" + $0.usage, description: $0.description) }
    return sections + [HelpOverlay.Section(heading: "Commands", rows: commands)]
  }
}
