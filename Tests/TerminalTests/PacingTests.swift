import Panes
import Terminal
import Testing

@Suite struct FramePacingTests {
  private func seconds(_ value: Double) -> Duration { .milliseconds(Int(value * 1000)) }

  @Test func framesAreNeverCloserThanTheRateAllows() {
    var pacing = FramePacing(fps: 10)
    #expect(pacing.wait(at: .zero, isUrgent: false) == .zero)
    pacing.wrote(at: .zero, asked: false)
    #expect(pacing.wait(at: seconds(0.04), isUrgent: true) == seconds(0.06))
    #expect(pacing.wait(at: seconds(0.1), isUrgent: false) == .zero)
  }

  @Test func nothingIsWrittenUntilTheTerminalHasDrawn() {
    var pacing = FramePacing(fps: 30)
    pacing.wrote(at: .zero, asked: true)
    #expect(pacing.wait(at: seconds(1), isUrgent: true) > .zero)
    pacing.drawn(at: seconds(2))
    #expect(pacing.wait(at: seconds(2), isUrgent: true) == .zero)
    // A line that took two seconds for a frame is left alone for four more, unless somebody waits.
    #expect(pacing.wait(at: seconds(2), isUrgent: false) == seconds(4))
  }

  @Test func aSlowLineGetsFramesThatItCarriesInAQuarterOfASecond() {
    var pacing = FramePacing(fps: 30)
    pacing.wrote(at: .zero, cells: 4000, asked: true)
    #expect(pacing.most == nil)
    pacing.drawn(at: seconds(2))
    #expect(pacing.most == 500)
    pacing.wrote(at: seconds(3), cells: 40, asked: true)
    pacing.drawn(at: seconds(3.01))
    #expect(pacing.most == nil)
  }

  @Test func anAnswerThatComesLateIsOfItsOwnFrame() {
    var pacing = FramePacing(fps: 30)
    pacing.wrote(at: .zero, asked: true)
    // Nobody waits for ever: the next frame is written although the first is still under way.
    pacing.wrote(at: seconds(1.5), asked: true)
    pacing.drawn(at: seconds(1.6))
    #expect(pacing.isAwaited && pacing.wait(at: seconds(1.6), isUrgent: true) > .zero)
    pacing.drawn(at: seconds(1.8))
    #expect(!pacing.isAwaited && pacing.wait(at: seconds(1.8), isUrgent: true) == .zero && pacing.asks)
  }

  @Test func aFastTerminalGetsFullSpeed() {
    var pacing = FramePacing(fps: 20)
    pacing.wrote(at: .zero, asked: true)
    pacing.drawn(at: seconds(0.003))
    #expect(pacing.wait(at: seconds(0.01), isUrgent: false) == seconds(0.04))
  }

  @Test func aTerminalThatFallsSilentIsNotAskedForEver() {
    var pacing = FramePacing(fps: 30)
    var now = Duration.zero
    for _ in 0..<5 {
      now += pacing.wait(at: now, isUrgent: false)
      pacing.wrote(at: now, asked: pacing.asks)
    }
    #expect(!pacing.asks && now < seconds(20))
    #expect(pacing.wait(at: now + seconds(0.05), isUrgent: false) == .zero)
  }
}

@Suite struct InputSequenceTests {
  /// What a burst of characters turns into.
  private func read(_ text: String) -> (keys: [TerminalInput], drawn: Int) {
    var sequences = InputSequences(), keys: [TerminalInput] = [], drawn = 0
    for scalar in text.unicodeScalars {
      switch sequences.take(.scalar(scalar.value)) {
      case .inputs(let inputs): keys += inputs
      case .drawn: drawn += 1
      case .pointer, nil: break
      }
    }
    return (keys + sequences.end(), drawn)
  }

  private func scalars(_ text: String) -> [TerminalInput] { text.unicodeScalars.map { .scalar($0.value) } }

  @Test func charactersAndALoneEscapeAreKeys() {
    #expect(read("q1é").keys == scalars("q1é"))
    #expect(read("\u{1B}").keys == scalars("\u{1B}"))
    #expect(read("\u{1B}x").keys == scalars("\u{1B}x"))
    #expect(read("\u{1B}\u{1B}").keys == scalars("\u{1B}\u{1B}"))
  }

  @Test func answersOfTheTerminalAreNoKeys() {
    for answer in ["\u{1B}[?2026;2$y", "\u{1B}[?62;22c", "\u{1B}[12;40R", "\u{1B}[1;9Z", "\u{1B}[24~"] {
      #expect(read("a" + answer + "b").keys == scalars("ab"), "\(answer.debugDescription)")
    }
  }

  @Test func theTerminalSaysThatItHasDrawn() {
    #expect(read("\u{1B}[0n").drawn == 1 && read("\u{1B}[0n").keys.isEmpty)
    #expect(read("x\u{1B}[0ny\u{1B}[0n").drawn == 2 && read("x\u{1B}[0ny").keys == scalars("xy"))
    #expect(read("\u{1B}[3n").drawn == 0)
  }

  @Test func namedKeysEndWhatHasBegun() {
    var sequences = InputSequences()
    #expect(sequences.take(.scalar(27)) == nil)
    #expect(sequences.take(.key(.up)) == .inputs([.scalar(27), .key(.up)]))
  }
}
