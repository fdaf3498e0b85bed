import Events
import Foundation
import Lab
import Panes
import Plotting
import Terminal

/// What the probe shows: its size, the last key, event and note, and cells of every color and attribute.
struct ProbeContent: ScreenContent {
  /// What key x does.
  enum Fault: String {
    case none, trap, segv, exit, noise
    case trapElsewhere = "trap-elsewhere"
  }

  let fault: Fault
  private(set) var needsDraw = true
  private var key = "none"
  private var event = "none"
  private var noteLine = "none"
  private var frames = 0

  init(fault: Fault) { self.fault = fault }

  mutating func handle(_ key: Key) -> [LabAction] {
    needsDraw = true
    self.key = "\(key)"
    switch key {
    case .character("q"), .control("c"): return [.leave]
    case .control("z"): return [.suspend]
    case .control("l"): return [.redraw]
    case .control("s"): return [.saveFrame(.txt, stem: "probe")]
    case .character("b"): return [.bell]
    case .character("n"): return [.bell, .notify("alarm\u{1b}]0;x\u{7} at step 7")]
    case .character("p"): return [.send(.pause)]
    case .character("x"): fault.happen()
    case .character("."): needsDraw = false
    default: break
    }
    return []
  }

  mutating func handle(_ event: Event, of run: Int) -> [LabAction] {
    needsDraw = true
    if case .state(let change) = event { self.event = "\(change.state.rawValue) \(change.step)" }
    return []
  }

  mutating func handle(_ pointer: Pointer) -> [LabAction] {
    note("\(pointer.action) \(pointer.x),\(pointer.y)")
    return []
  }

  mutating func paste(_ text: String) { note("pasted \(text)") }

  mutating func compare(_ runs: [OtherRun]) {}

  mutating func note(_ text: String) {
    needsDraw = true
    noteLine = text
  }

  mutating func draw(into buffer: inout CellBuffer) {
    needsDraw = false
    frames += 1
    let lines = [
      "probe \(buffer.width)x\(buffer.height)", "key \(key)", "event \(event)", "note \(noteLine)", "frame \(frames)",
    ]
    for (row, line) in lines.enumerated() { put(line, Style(), row: row, into: &buffer) }
    put("⣿⠁▀█─│", Style(.rgb(250, 120, 20), on: .palette(4), .bold), row: 5, into: &buffer)
    put("named", Style(.palette(2), on: .terminal, [.reverse, .underline]), row: 6, into: &buffer)
    buffer[buffer.width - 1, buffer.height - 1] = Cell("◢", Style(.rgb(1, 200, 30)))
  }

  private func put(_ text: String, _ style: Style, row: Int, into buffer: inout CellBuffer) {
    for (column, scalar) in text.unicodeScalars.enumerated() { buffer[column, row] = Cell(scalar, style) }
  }
}

extension ProbeContent.Fault {
  /// Does the harm.
  func happen() {
    switch self {
    case .none: break
    case .noise:
      print("noise on standard output")
      FileHandle.standardError.write(Data("noise on standard error\n".utf8))
    case .trap: fatalError("the probe trapped")
    case .trapElsewhere: Thread.detachNewThread { fatalError("the probe trapped elsewhere") }
    case .segv: UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
    case .exit: Thread.detachNewThread { Foundation.exit(7) }
    }
  }
}
