import CTerminal
import Events
import Foundation
import Lab
import Panes
import Plotting

/// Owns the content and the terminal, and runs on the terminal's thread.
actor ScreenActor<Content: ScreenContent> {
  private enum Phase {
    case closed, open, suspended
  }

  /// Milliseconds between checks for stray output, and for a return to the foreground.
  private static var outputTime: Int32 { 1000 }
  private static var foregroundTime: Int32 { 200 }
  /// Milliseconds between two looks at content that moves.
  private static var moveTime: Int32 { 33 }

  private let thread: TerminalThread
  private let options: ScreenOptions
  /// Where commands go, for every run on the screen.
  private var senders: [@Sendable (Command) -> Void]
  private var readers: [Task<Void, Never>] = []
  private var content: Content

  private var phase = Phase.closed
  private var painter: Painter?
  private var strayOutput = StrayOutput()
  private var pasted = PastedText()
  private var signals: Int32 = -1
  private var suspendedAt = ContinuousClock.now
  private var continued = false
  private let start = ContinuousClock.now
  private var pacing: FramePacing
  private var sequences = InputSequences()
  /// True after a key, until the frame that answers it.
  private var isUrgent = false
  private var movedAt: ContinuousClock.Instant?
  private var drawing = DrawingShare()
  private var outcome: ScreenOutcome?
  private var waiting: CheckedContinuation<ScreenOutcome, Never>?

  init(
    _ content: Content, options: ScreenOptions, thread: TerminalThread, send: @escaping @Sendable (Command) -> Void
  ) {
    self.content = content
    self.options = options
    self.thread = thread
    pacing = FramePacing(fps: options.fps)
    senders = [send]
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Opens the screen, shows the content until it is left, and closes the screen.
  func run(events: AsyncStream<Event>) async throws -> ScreenOutcome {
    try open()
    follow(events, of: 0)
    if let news = options.news { readers.append(Task { for await item in news { content.hear(item) } }) }
    let left = await withCheckedContinuation { continuation in
      waiting = continuation
      if let outcome { leave(outcome) }
    }
    close()
    for reader in readers { reader.cancel() }
    for reader in readers { await reader.value }
    if let memory = content.memory { options.remember(memory) }
    return left
  }

  /// Passes on what a run tells.
  private func follow(_ events: AsyncStream<Event>, of run: Int) {
    readers.append(
      Task {
        for await event in events { perform(content.handle(event, of: run), of: run) }
      })
  }

  /// Passes on what an examination tells.
  private func follow(_ news: AsyncStream<ExaminationNews>, of run: Int) {
    readers.append(
      Task {
        for await item in news { content.take(item, of: run) }
      })
  }

  /// Takes in a run that trains next to the one that is shown.
  private func open(_ companion: Companion) {
    senders.append(companion.send)
    content.open(companion.history, beside: companion.parent)
    content.note(companion.note)
    follow(companion.events, of: senders.count - 1)
  }

  /// Makes `run` return; the first outcome counts.
  func leave(_ outcome: ScreenOutcome) {
    self.outcome = self.outcome ?? outcome
    waiting?.resume(returning: self.outcome ?? outcome)
    waiting = nil
  }

  /// One turn of the thread: reads what is ready, draws what is due, and returns what to wait for.
  func turn(_ ready: TerminalThread.Readiness) -> TerminalThread.Wait {
    guard phase != .closed else { return TerminalThread.Wait() }
    if ready.signals { readSignals() }
    if phase == .suspended && outcome == nil { resumeIfContinued() }
    if phase == .open && ready.keys { readKeys() }
    if ready.gone { leave(.signal(SIGHUP)) }
    // The job that closes the screen is already queued; there is nothing else to wait for.
    guard outcome == nil else { return TerminalThread.Wait() }
    guard phase == .open else { return TerminalThread.Wait(signals: signals, milliseconds: Self.foregroundTime) }
    for line in strayOutput.lines() { content.log(line) }
    return TerminalThread.Wait(keys: terminal_descriptor(), signals: signals, milliseconds: draw())
  }

  // MARK: the screen

  private func open() throws {
    if let type = ProcessInfo.processInfo.environment["TERM"], TerminalCapabilities.isDumb(type) {
      throw ScreenError(opening: TERMINAL_TOO_DUMB)
    }
    terminal_use_utf8()
    // Before curses starts, which would catch some signals itself.
    signals = terminal_signals_open()
    guard signals >= 0 else {
      throw ScreenError(description: "too many open files: cannot create a pipe; close some files")
    }
    terminal_use_mouse(options.usesMouse ? 1 : 0)
    let opening = terminal_open(options.colors == 0 ? 0 : 1, options.mayAsk ? 1 : 0)
    guard opening == TERMINAL_OPENED else {
      terminal_signals_close(0)
      throw ScreenError(opening: opening)
    }
    terminal_output_capture()
    painter = Painter(options: options)
    phase = .open
  }

  private func close() {
    awaitAnswer()
    terminal_close()
    terminal_signals_close(options.keepsSignals ? 1 : 0)
    terminal_output_flush()
    terminal_output_release()
    phase = .closed
  }

  /// An answer that is still under way must not arrive in the shell as if it had been typed.
  private func awaitAnswer() {
    guard phase == .open else { return }
    let end = ContinuousClock.now + .seconds(1)
    while pacing.isAwaited, ContinuousClock.now < end {
      var waited = pollfd(fd: terminal_descriptor(), events: Int16(POLLIN), revents: 0)
      guard poll(&waited, 1, 100) >= 0, waited.revents & Int16(POLLHUP | POLLERR) == 0 else { break }
      while let input = TerminalInput.next() {
        if case .drawn = sequences.take(input) { pacing.drawn(at: .now - start) }
      }
    }
    terminal_forget_input()
  }

  private func suspend() {
    guard phase == .open else { return }
    awaitAnswer()
    terminal_suspend()
    terminal_output_flush()
    terminal_output_release()
    phase = .suspended
    suspendedAt = .now
    terminal_signals_stop()
  }

  /// Reopens the screen when the shell has continued the program in the foreground. In the background the program
  /// continues without a screen.
  ///
  /// Waits because the stop takes effect a moment after the request. Without a job-control shell the program is not
  /// stopped at all, and the screen reopens after the wait.
  private func resumeIfContinued() {
    let waited = ContinuousClock.now - suspendedAt >= .milliseconds(Int(Self.foregroundTime))
    guard continued || waited, terminal_in_foreground() != 0 else { return }
    continued = false
    terminal_signals_resume()
    rearm()
  }

  /// Takes the terminal back.
  private func rearm() {
    terminal_resume()
    terminal_output_capture()
    painter?.forget()
    phase = .open
    pacing.restart()
  }

  /// Draws if something changed and the last frame is old enough. Returns the milliseconds to wait for the next frame.
  private func draw() -> Int32 {
    let now = ContinuousClock.now
    let passed = now - (movedAt ?? now)
    movedAt = now
    content.advance(by: Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18)
    if let share = drawing.news(at: now) { content.hear(.drawing(share)) }
    let isBehind = painter?.isBehind == true
    guard content.needsDraw || isBehind || painter?.shown == nil else {
      return content.isMoving ? Self.moveTime : Self.outputTime
    }
    let wait = pacing.wait(at: now - start, isUrgent: isUrgent)
    guard wait == .zero else {
      let (seconds, attoseconds) = wait.components
      return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1
    }
    guard var frame = painter?.blank else { return Self.outputTime }
    content.draw(into: &frame)
    let asks = terminal_answers() != 0 && pacing.asks
    let cells = painter?.paint(
      frame, cursor: content.cursor, asks: asks, most: pacing.most, fromTop: isUrgent && !isBehind)
    drawing.add(ContinuousClock.now - now)
    if let cells { pacing.wrote(at: .now - start, cells: cells, asked: asks) }
    isUrgent = isUrgent && painter?.isBehind == true
    return content.needsDraw || painter?.isBehind == true ? 1 : content.isMoving ? Self.moveTime : Self.outputTime
  }

  // MARK: input

  private func readKeys() {
    while phase == .open, outcome == nil, let input = TerminalInput.next() {
      switch sequences.take(input) {
      case .inputs(let inputs): for input in inputs { obey(input) }
      case .pointer(let pointer): obey(pointer)
      case .drawn: pacing.drawn(at: .now - start)
      case nil: break
      }
    }
    for input in sequences.end() { obey(input) }
  }

  private func obey(_ input: TerminalInput) {
    guard phase == .open, outcome == nil else { return }
    let run = content.shown
    isUrgent = true
    switch pasted.take(input) {
    case .key(let input): if let key = Key(input) { perform(content.handle(key), of: run) }
    case .text(let text): content.paste(text)
    case .part: break
    }
  }

  private func obey(_ pointer: Pointer) {
    guard phase == .open, outcome == nil else { return }
    let run = content.shown
    isUrgent = true
    perform(content.handle(pointer), of: run)
  }

  private func readSignals() {
    var numbers = [UInt8](repeating: 0, count: 64)
    let count = read(signals, &numbers, numbers.count)
    for number in numbers.prefix(max(0, count)) {
      switch Int32(number) {
      case SIGWINCH where phase == .open:
        terminal_resize()
        painter?.forget()
      case SIGTSTP: suspend()
      case SIGCONT where phase == .suspended: continued = true
      case SIGCONT:
        // The program was stopped by SIGSTOP, which cannot be caught, and the shell has used the terminal since.
        terminal_suspend()
        rearm()
      case SIGINT, SIGTERM, SIGHUP: leave(.signal(Int32(number)))
      default: break
      }
    }
  }

  // MARK: actions

  private func perform(_ actions: [LabAction], of run: Int) {
    for action in actions {
      switch action {
      case .send(let command): senders[run](command)
      case .leave: leave(.left)
      case .examine(let examination):
        do { follow(try options.examine(examination, run), of: run) } catch {
          content.take(.ended, of: run)
          content.note("\(error)")
        }
      case .cancelExamination: options.cancelExamination()
      case .next(let next, let theme):
        if let refusal = options.refusalOfNext(next) {
          content.note(refusal)
        } else {
          leave(.next(next, theme: theme))
        }
      case .branch(let step, let changes, let theme):
        if let refusal = options.refusal(step, changes) {
          content.note(refusal)
        } else {
          leave(.branch(step: step, changes, theme: theme))
        }
      case .compare(let names):
        do { content.compare(try options.compare(names)) } catch { content.note("\(error)") }
      case .beside(let step, let changes):
        do { open(try options.beside(step, changes)) } catch { content.note("\(error)") }
      // Its content has done it.
      case .replay, .view: break
      case .measurePeak: measurePeak()
      case .suspend: suspend()
      case .redraw: painter?.forget()
      case .bell: if phase == .open { terminal_bell() }
      case .notify(let text): if phase == .open { notify(text) }
      case .saveFrame(let format, let stem): saveFrame(as: format, stem: stem)
      }
    }
  }

  private func notify(_ text: String) {
    guard let bytes = TerminalNotification(ProcessInfo.processInfo.environment)?.bytes(text) else { return }
    bytes.withUnsafeBytes { terminal_write($0.baseAddress, $0.count) }
  }

  /// Next to everything else; the answer is news.
  private func measurePeak() {
    let measure = options.measurePeak
    readers.append(
      Task {
        let peak = await Task.detached(priority: .utility) { measure() }.value
        if let peak { content.hear(.peak(peak)) } else { content.note("the peak cannot be measured here") }
      })
  }

  /// Draws the content once more, since the last frame still has the dialog that asked for the picture.
  private func saveFrame(as format: FrameFormat, stem: String) {
    guard var frame = painter?.blank else { return }
    content.draw(into: &frame)
    let folder = FileManager.default.currentDirectoryPath
    do {
      content.note("saved \(folder)/\(try FrameFile.save(frame, as: format, stem: stem, in: folder))")
    } catch {
      content.note("\(error)")
    }
  }
}
