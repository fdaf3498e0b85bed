import Events
import Recipe
import Spelling

/// What the keys of the table do.
extension Lab {
  // MARK: overlays

  mutating func open(_ overlay: Overlay) -> [LabAction] {
    self.overlay = overlay
    return []
  }

  mutating func close() -> [LabAction] {
    overlay = nil
    return []
  }

  var canScroll: Bool {
    switch overlay {
    case .help(let help): help.text.canScroll
    case .describe(let text), .results(let text): text.canScroll
    case .change(let dialog): dialog.canScroll
    default: false
    }
  }

  mutating func scroll(by count: Int) -> [LabAction] {
    switch overlay {
    case .help(var help):
      help.text.scroll(by: count)
      overlay = .help(help)
    case .describe(var text):
      text.scroll(by: count)
      overlay = .describe(text)
    case .results(var text):
      text.scroll(by: count)
      overlay = .results(text)
    case .change(var dialog):
      dialog.scroll(by: count)
      overlay = .change(dialog)
    default: break
    }
    return []
  }

  mutating func eraseInHelp() -> [LabAction] {
    if case .help(var help) = overlay {
      help.erase()
      overlay = .help(help)
    }
    return []
  }

  // MARK: leaving

  mutating func quit() -> [LabAction] {
    guard !session.isOver else { return [.leave] }
    overlay = .quit(QuitDialog(canFinish: session.state != .testing))
    return []
  }

  /// Ctrl-c: asks; when it asked already, or a stop is under way, leaves.
  mutating func interrupt() -> [LabAction] {
    if leavesAfterSummary { return [.leave] }
    if case .quit = overlay { return send(.stop) + [.leave] }
    return quit()
  }

  mutating func chooseInQuit(by count: Int) -> [LabAction] {
    if case .quit(var dialog) = overlay {
      dialog.move(by: count)
      overlay = .quit(dialog)
    }
    return []
  }

  mutating func confirmQuit() -> [LabAction] {
    guard case .quit(let dialog) = overlay else { return [] }
    return end(by: dialog.choice)
  }

  mutating func end(by choice: QuitDialog.Choice) -> [LabAction] {
    overlay = nil
    switch choice {
    case .cancel: return []
    case .finish: return send(.finish)
    case .stop:
      if session.isOver { return [.leave] }
      leavesAfterSummary = true
      return send(.stop)
    }
  }

  // MARK: changes that mean much

  /// Sends a command; a change that means much is shown first, unless nothing uses the knob now.
  mutating func ask(_ command: Command) -> [LabAction] {
    guard case .set(let name, let value, _) = command, let knob = AnyKnob.named(name), knob.confirms,
      var changed = session.settings, changed[knob] != value
    else { return send(command) }
    try? changed.set(name, to: value)
    guard knob.idleReason(in: changed) == nil else { return send(command) }
    overlay = .change(ChangeDialog(knob, to: value))
    return []
  }

  /// False while what is asked for cannot be.
  var canConfirmChange: Bool {
    if case .change(let dialog) = overlay { dialog.conflict(in: session.settings) == nil } else { false }
  }

  mutating func turnChange(by presses: Int) -> [LabAction] {
    if case .change(var dialog) = overlay {
      dialog.turn(by: presses, from: session.settings)
      overlay = .change(dialog)
    }
    return []
  }

  mutating func confirmChange() -> [LabAction] {
    guard case .change(let dialog) = overlay else { return [] }
    overlay = nil
    return send(dialog.command)
  }

  // MARK: attacking

  mutating func chooseInAttack(by count: Int) -> [LabAction] {
    if case .attack(var dialog) = overlay {
      dialog.move(by: count)
      overlay = .attack(dialog)
    }
    return []
  }

  mutating func confirmAttack() -> [LabAction] {
    guard case .attack(let dialog) = overlay else { return [] }
    return attack(by: dialog.choice)
  }

  mutating func attack(by choice: AttackDialog.Choice) -> [LabAction] {
    overlay = nil
    switch choice {
    case .run(let scope): return send(.attack(scope))
    case .giveUp: return send(.cancelAttack)
    case .close: return []
    }
  }

  // MARK: panes

  mutating func moveFocus(by count: Int) -> [LabAction] {
    let order = enabled.sorted()
    let place = order.firstIndex(of: focus) ?? 0
    focus = order[(place + count + order.count) % order.count]
    return []
  }

  mutating func setFull(_ full: Bool) -> [LabAction] {
    isFull = full
    return []
  }

  /// Hides a pane that is on the screen, brings one that is not to it.
  mutating func togglePane(_ index: Int) -> [LabAction] {
    let isShown = layout.places.contains { $0.pane == index }
    guard isShown else {
      enabled.insert(index)
      focus = index
      return []
    }
    guard enabled.count > 1 else {
      show("the last pane stays; 0 brings all back", isError: false)
      return []
    }
    if focus == index { _ = moveFocus(by: 1) }
    enabled.remove(index)
    isFull = false
    return []
  }

  mutating func resetLayout() -> [LabAction] {
    enabled = Set(panes.indices)
    focus = Lab.firstFocus
    isFull = false
    return []
  }

  mutating func nextTheme() -> [LabAction] { useTheme((options.theme + 1) % options.themes.count) }

  private mutating func useTheme(_ index: Int) -> [LabAction] {
    options.theme = index
    show("theme \(theme.name)", isError: false)
    return []
  }

  // MARK: command line

  mutating func completeCommand() -> [LabAction] {
    if case .command(var line) = overlay {
      line.complete()
      overlay = .command(line)
    }
    return []
  }

  mutating func eraseCommand() -> [LabAction] {
    if case .command(var line) = overlay { overlay = line.erase() ? .command(line) : nil }
    return []
  }

  /// Does what was typed; a line that cannot be done stays, with the reason, to be put right.
  mutating func runPrompt() -> [LabAction] {
    guard case .command(let line) = overlay else { return [] }
    do {
      let request = try line.parse()
      if case .send(let command) = request, let conflict = conflict(of: command) { throw conflict }
      overlay = nil
      switch request {
      case .nothing: return []
      case .quit: return quit()
      case .theme(let index): return useTheme(index)
      case .send where session.isOver:
        show("the session is over; q leaves", isError: true)
        return []
      case .send(.stop): return end(by: .stop)
      case .send(let command): return ask(command)
      }
    } catch {
      show("\(error)", isError: true)
      return []
    }
  }

  /// Why a change cannot be; nil for what can.
  private func conflict(of command: Command) -> SettingError? {
    guard case .set(let name, let value, _) = command, var changed = session.settings else { return nil }
    try? changed.set(name, to: value)
    return changed.conflict
  }
}
