import Events
import Panes
import Plotting
import Readout
import Recipe

/// What the keys of the table do.
extension Lab {
  // MARK: dialogs

  /// Opens a dialog in place of the one that is open.
  mutating func open(_ dialog: some Dialog) -> [LabAction] {
    var dialog = dialog
    self.dialog = dialog.follow(self) ? dialog : nil
    return []
  }

  /// Does what the open dialog asks for.
  mutating func perform(_ request: DialogRequest) -> [LabAction] {
    switch request {
    case .close: dialog = nil
    case .send(let command): return send(command)
    case .ask(let command): return ask(command)
    case .undo: return undo()
    case .branch(let step, let changes, let isBeside): return branch(at: step, changes, isBeside: isBeside)
    case .view(let name): return view(name)
    case .seek(let place):
      guard session.onlooker == .replay else {
        show("seek moves a replay; to go back here use rewind", isError: true)
        return []
      }
      return [.replay(.seek(place))]
    case .examine(let examination): return examine(examination)
    case .cancelExamination: return [.cancelExamination]
    case .next(let next): return begin(next)
    case .results: return open(ResultsDialog())
    case .compare(let names): return compare(named: names)
    case .stop: return stop()
    case .quit: return quit()
    case .theme(let index): return useTheme(index)
    case .glossary: return open(GlossaryDialog())
    case .save(let format): return save(as: format)
    case .line(let text): return open(CommandDialog(self, text: text))
    case .press(let key):
      dialog = nil
      return handle(key)
    case .filter(let index, let text): panes[index].filter = text
    case .remember(let line): remember(line)
    case .say(let text, let isError): show(text, isError: isError)
    }
    return []
  }

  /// Keeps a line for the command line's history: once, and no empty one.
  private mutating func remember(_ line: String) {
    let line = line.split(separator: " ").joined(separator: " ")
    guard !line.isEmpty else { return }
    lineHistory.removeAll { $0 == line }
    lineHistory = lineHistory.suffix(99) + [line]
  }

  /// Has weights of the run that is over examined.
  private mutating func examine(_ examination: Examination) -> [LabAction] {
    if case .attack(let weights) = examination { session.examined = weights }
    session.isExamined = true
    if var open = dialog { dialog = open.follow(self) ? open : nil }
    return [.examine(examination)]
  }

  /// Asks what to save the screen as; what is open stays part of it.
  mutating func askToSave() -> [LabAction] { open(SaveDialog(over: dialog)) }

  private mutating func save(as format: FrameFormat?) -> [LabAction] {
    dialog = (dialog as? SaveDialog)?.covered
    guard let format else { return [] }
    let run = session.description.map { description in
      description.folder.split(separator: "/").last.map(String.init) ?? description.preset
    }
    let name = (run ?? "dualab").map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" }
    return [.saveFrame(format, stem: "\(String(name))-step\(session.step)")]
  }

  // MARK: words

  /// Says what is new about the focused pane.
  mutating func openDescription() -> [LabAction] {
    let pane = panes[focus], kind = Swift.type(of: pane)
    let isFirst = !news.knows(kind.id), fresh = news.take(pane.describe(), of: kind.id)
    return open(DescribeDialog(news: isFirst ? nil : fresh))
  }

  // MARK: leaving

  /// Nothing is lost when a watch ends: it leaves without a question.
  mutating func quit() -> [LabAction] {
    session.isOver || session.onlooker != nil ? [.leave] : session.isWatching ? stop() : open(QuitDialog())
  }

  /// Ctrl-c: asks; when it has asked already, or a stop is under way, leaves.
  mutating func interrupt() -> [LabAction] {
    if leavesAfterSummary { return [.leave] }
    if dialog is QuitDialog { return send(.stop) + [.leave] }
    return quit()
  }

  private mutating func stop() -> [LabAction] {
    if session.isOver { return [.leave] }
    leavesAfterSummary = true
    return send(.stop)
  }

  // MARK: changes

  /// Sends a command; a change that means much is explained first, unless nothing uses the knob now, and so is one that
  /// a held key may have gone too far with.
  mutating func ask(_ command: Command) -> [LabAction] {
    guard case .set(let name, let value, _) = command, let knob = AnyKnob.named(name),
      var changed = session.settings, changed[knob] != value,
      knob.confirms || knob.leavesPlausible(from: changed[knob], to: value, in: changed)
        || session.ends(with: value, for: knob)
    else { return send(command) }
    try? changed.set(name, to: value)
    guard knob.idleReason(in: changed) == nil else { return send(command) }
    return open(ChangeDialog(knob, to: value))
  }

  /// Sets the setting that was changed last to what it was: another change, which the journal has, too.
  mutating func undo() -> [LabAction] {
    guard let change = session.lastChangeUndone else { return [] }
    session.noteUndoing()
    return ask(.set(knob: change.knob, value: change.old, cause: .you))
  }

  /// Goes on from another step as another run, or trains that next to this one; without a step from before the last
  /// change.
  mutating func branch(at step: Int?, _ changes: [Assignment], isBeside: Bool) -> [LabAction] {
    if let refusal = session.onlooker?.refusal ?? (session.isWatching ? .onlyWatching : nil) {
      show(refusal.text, isError: true)
      return []
    }
    guard session.place == nil else {
      show("two runs are open already; leave both, and open one alone with 'dualab lab --run'", isError: true)
      return []
    }
    guard let step = step ?? session.lastChange.map({ min($0, session.step) }) else {
      show("nothing was changed so far; name a step, e.g. rewind 20", isError: true)
      return []
    }
    guard step <= session.step else {
      show("step \(step) is still to come; the run is at step \(session.step)", isError: true)
      return []
    }
    return isBeside
      ? [.beside(step: step, changes)] : [.branch(step: step, changes, theme: options.theme)]
  }

  // MARK: panes

  mutating func setFull(_ full: Bool) -> [LabAction] {
    isFull = full
    return []
  }

  mutating func nextTheme() -> [LabAction] { useTheme((options.theme + 1) % options.themes.count) }

  private mutating func useTheme(_ index: Int) -> [LabAction] {
    options.theme = index
    show("theme \(theme.name)", isError: false)
    return []
  }
}
