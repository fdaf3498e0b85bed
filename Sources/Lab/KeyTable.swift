import Panes

/// A key of the shell.
package typealias LabKey = KeyBinding<Lab, LabAction>

/// The one key table: dispatch, footer and help read it. Panes and dialogs add theirs from their own declarations.
extension Lab {
  /// Keys that work everywhere, in dialogs too.
  static let alwaysKeys: [LabKey] = [
    LabKey([.control("c")], "ask how to end; press twice to stop and leave at once") { $0.interrupt() },
    LabKey([.control("l")], "redraw the screen") { _ in [.redraw] },
    LabKey([.control("s")], "save the screen as text, SVG or HTML", when: { !($0.dialog is SaveDialog) }) {
      $0.askToSave()
    },
    LabKey([.control("z")], "suspend dualab") { _ in [.suspend] },
  ]

  static let sessionKeys: [LabKey] =
    [
      LabKey(
        [.character(" ")], footer: FooterWord("space") { $0.session.isPaused ? "resume" : "pause" },
        "pause or resume training", when: \.session.canPause
      ) { $0.send($0.session.isPaused ? .resume : .pause) },
      LabKey(
        [.character("o")], footer: FooterWord("o", "other run"), "show the other one of two runs side by side",
        when: { $0.session.place != nil }
      ) { $0.view(nil) },
      LabKey(
        [.character(".")], footer: FooterWord(".", "step"), "run one step (while paused); pressed again, one more",
        when: { $0.session.canPause && ($0.session.isPaused || $0.session.isStepping) }
      ) { $0.send(.step) },
      LabKey(
        [.character("u")], "undo the last change of a setting (pressed again, the one before)",
        when: { $0.session.lastChangeUndone != nil }
      ) { $0.undo() },
      LabKey(
        [.character("a")], footer: FooterWord("a", "acknowledge"),
        "acknowledge the alarm; it re-arms once the gap has closed", when: \.session.canAcknowledge
      ) { $0.send(.acknowledge) },
    ] + openings(.session)

  /// Keys of a tour that waits; they go before those of the panes.
  static let tourKeys: [LabKey] = [
    LabKey(
      [.right], footer: FooterWord("→", "next stop"), "go on to the next stop of the tour",
      when: { $0.session.isOnTour && $0.session.isPaused }
    ) { $0.send(.resume) }
  ]

  /// Keys of a replay; they go before those of the panes.
  static let replayKeys: [LabKey] = [
    replayKey([.character(" ")], FooterWord("space", "play"), "play or pause", .playOrPause),
    replayKey([.left], FooterWord("← →", "move"), "back by a fiftieth of the run", .move(-0.02)),
    replayKey([.right], nil, "forward by a fiftieth of the run", .move(0.02)),
    replayKey([.character(".")], FooterWord(".", "step"), "forward by one step", .one),
    replayKey([.character("+"), .character("=")], FooterWord("- +", "speed"), "twice as fast", .faster),
    replayKey([.character("-")], nil, "half as fast", .slower),
    replayKey([.home], nil, "to the beginning", .seek(.step(0))),
    replayKey([.end], nil, "to the end", .end),
  ]

  private static func replayKey(
    _ keys: [Key], _ footer: FooterWord<Lab>?, _ description: String, _ request: ReplayRequest
  ) -> LabKey {
    LabKey(keys, footer: footer, description, when: { $0.session.onlooker == .replay }) { _ in [.replay(request)] }
  }

  static let focusKeys: [LabKey] = [
    LabKey([.tab], footer: FooterWord("tab", "pane"), "next pane", when: { $0.enabled.count > 1 }) {
      $0.moveFocus(by: 1)
    },
    LabKey([.backTab], "previous pane", when: { $0.enabled.count > 1 }) { $0.moveFocus(by: -1) },
  ]

  static let viewKeys: [LabKey] =
    [
      LabKey(
        [.enter], footer: FooterWord("enter", "full"), "show this pane on the whole screen",
        when: { $0.canFill && !$0.paneTakesEnter }
      ) { $0.setFull(true) },
      LabKey(
        [.character("f")], footer: FooterWord("f", "full"),
        "show this pane on the whole screen, where enter does something else",
        when: { $0.canFill && $0.paneTakesEnter }
      ) { $0.setFull(true) },
      LabKey([.escape], footer: FooterWord("esc", "back"), "go back to all panes", when: \.isFull) {
        $0.setFull(false)
      },
    ] + openings(.view)
    + paneCatalogue.enumerated().map { index, kind in
      // There are more panes than digits.
      let key = index < 9 ? Key.character(Character("\(index + 1)")) : .function(index + 1)
      return LabKey([key], "show or hide \(kind.title)") { $0.togglePane(index) }
    } + [
      LabKey(
        [.character("p")], footer: FooterWord("p", "layout"),
        "next layout: \(Arrangement.all.map(\.id).joined(separator: ", "))"
      ) { $0.nextArrangement() },
      LabKey([.character("0")], "the layout as it was, without what was shown or hidden") { $0.resetLayout() },
      LabKey([.character("D")], "big mode for a projector: large numbers, few panes, no small print") {
        $0.options.isBig.toggle()
        return []
      },
      LabKey([.character("t")], "next theme", when: { $0.options.themes.count > 1 }) { $0.nextTheme() },
    ]

  private static func openings(_ group: DialogOpening.Group) -> [LabKey] {
    dialogCatalogue.compactMap { $0.opening }.filter { $0.group == group }.map(\.key)
  }

  /// The keys of the shell while no dialog is open.
  static let openKeys = sessionKeys + focusKeys + viewKeys + chartKeys
}

extension Lab {
  /// What footer, help and tests know of the keys heard now, in the footer's order.
  package var hints: [KeyHint] {
    let shell = { (keys: [LabKey]) in keys.map { $0.hint(in: self) } }
    if let dialog { return dialog.hints + shell(Lab.alwaysKeys) }
    let crosshair = shell(Lab.crosshairKeys), held = Set(crosshair.filter(\.isValid).flatMap(\.keys))
    let replay = crosshair + shell(Lab.replayKeys + Lab.tourKeys).filter { held.isDisjoint(with: $0.keys) }
    let taken = Set(replay.filter(\.isValid).flatMap(\.keys))
    let visible = layout.places.map(\.pane)
    let focused = visible.contains(focus) ? panes[focus].hints : []
    let others = visible.filter { $0 != focus }.flatMap { panes[$0].hints.filter(\.isHeardWhenVisible) }
    let rest =
      shell(Lab.sessionKeys) + focused + shell(Lab.focusKeys) + others
      + shell(Lab.viewKeys + Lab.chartKeys + Lab.alwaysKeys)
    return replay + rest.filter { taken.isDisjoint(with: $0.keys) }
  }

  /// What works now, then every key there is, in sections.
  var helpSections: [HelpDialog.Section] {
    var bare = self
    bare.dialog = nil
    let now = bare.hints.filter(\.isValid).compactMap { hint in
      hint.keys.first.map {
        HelpDialog.Row(keys: hint.label, description: hint.description, request: .press($0))
      }
    }
    var sections = [
      HelpDialog.Section(heading: "Now", rows: now),
      HelpDialog.Section(heading: "Everywhere", rows: Lab.rows(Lab.openKeys + Lab.alwaysKeys)),
      HelpDialog.Section(heading: "Crosshair of the charts", rows: Lab.rows(Lab.crosshairKeys)),
      HelpDialog.Section(heading: "Tour", rows: Lab.rows(Lab.tourKeys)),
      HelpDialog.Section(heading: "Replay", rows: Lab.rows(Lab.replayKeys)),
    ]
    for pane in panes where !pane.hints.isEmpty {
      let rows = pane.hints.map { hint in
        HelpDialog.Row(
          keys: hint.label, description: hint.description + (hint.isHeardWhenVisible ? "" : " (when focused)"))
      }
      sections.append(HelpDialog.Section(heading: Swift.type(of: pane).title, rows: rows))
    }
    sections += dialogCatalogue.map { $0.helpSection }
    let commands = LineCommand.all.map {
      HelpDialog.Row(keys: ":" + $0.usage, description: $0.description, request: .line($0.word + " "))
    }
    return sections + [HelpDialog.Section(heading: "Commands", rows: commands)]
  }

  fileprivate static func rows<State, Answer>(_ keys: [KeyBinding<State, Answer>]) -> [HelpDialog.Row] {
    keys.map { HelpDialog.Row(keys: $0.label, description: $0.description) }
  }
}

extension Dialog {
  fileprivate static var helpSection: HelpDialog.Section {
    HelpDialog.Section(heading: title, rows: Lab.rows(keys))
  }
}
