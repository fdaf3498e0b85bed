import Foundation
import Plotting
import Terminal
import TestSupport
import Testing

@Suite struct ChangesTests {
  private let cells = [Cell("a"), Cell("b"), Cell("a", Style(.palette(1)))]

  /// Every buffer of this size over three cells.
  private func buffers(width: Int, height: Int) -> [CellBuffer] {
    let count = width * height
    let total = (0..<count).reduce(1) { product, _ in product * cells.count }
    return (0..<total).map { number in
      var (buffer, rest) = (CellBuffer(width: width, height: height), number)
      for place in 0..<count {
        buffer[place % width, place / width] = cells[rest % cells.count]
        rest /= cells.count
      }
      return buffer
    }
  }

  private func apply(_ runs: [CellRun], to buffer: CellBuffer) -> CellBuffer {
    var buffer = buffer
    for run in runs {
      for (offset, value) in run.scalars.enumerated() {
        buffer[run.column + offset, run.row] = Cell(Unicode.Scalar(value) ?? " ", run.style)
      }
    }
    return buffer
  }

  @Test func changesTurnEverySmallFrameIntoEveryOther() {
    for (width, height) in [(0, 0), (1, 1), (3, 1), (1, 3), (2, 2)] {
      let all = buffers(width: width, height: height)
      for old in all {
        for new in all {
          let runs = new.changes(since: old)
          let differing = (0..<height).reduce(0) { sum, y in sum + (0..<width).count { old[$0, y] != new[$0, y] } }
          guard apply(runs, to: old) == new, runs.reduce(0, { $0 + $1.scalars.count }) == differing else {
            Issue.record("wrong changes from\n\(old.text)\nto\n\(new.text)")
            return
          }
        }
      }
    }
  }

  @Test func withoutAnOldFrameOfTheSameSizeEveryCellIsDrawn() {
    let frame = CellBuffer(width: 5, height: 3)
    for old in [nil, CellBuffer(width: 4, height: 3), CellBuffer(width: 5, height: 2)] {
      let runs = frame.changes(since: old)
      #expect(runs.map(\.row) == [0, 1, 2])
      #expect(runs.allSatisfy { $0.column == 0 && $0.scalars.count == 5 })
    }
  }

  @Test func framesAreSavedUnderTheFirstFreeName() throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var frame = CellBuffer(width: 4, height: 2)
    frame[1, 0] = Cell("⣿")
    #expect(try FrameFile.save(frame, as: .txt, stem: "x-step3", in: folder.path) == "x-step3.txt")
    #expect(try FrameFile.save(frame, as: .txt, stem: "x-step3", in: folder.path) == "x-step3-2.txt")
    let saved = folder.appendingPathComponent("x-step3-2.txt")
    #expect(try String(contentsOf: saved, encoding: .utf8) == " ⣿\n\n")
  }

  @Test func aFrameThatCannotBeSavedNamesTheFolder() {
    let error = #expect(throws: ScreenError.self) {
      try FrameFile.save(CellBuffer(width: 1, height: 1), as: .svg, stem: "x", in: "/proc/no-such-folder")
    }
    #expect(error?.description.contains("/proc/no-such-folder") == true)
    #expect(error?.description.contains("\n") == false)
  }
}
