import Events
import Lab
import Panes
import Plotting
import Testing

/// A run that is played again: every step looks as it did, whatever way one came there.
@Suite struct ReplayTests {
  private static let events = Script.events(to: 300) + Script.ending

  private func frame(_ replay: inout Replay) -> String {
    replay.dismiss()
    var buffer = CellBuffer(width: 120, height: 36)
    replay.draw(into: &buffer)
    return buffer.text
  }

  private func frame(at step: Int, by way: [Int]) -> String {
    var replay = Replay(Self.events, lab: Lab())
    for stop in way + [step] { replay.seek(to: stop) }
    return frame(&replay)
  }

  @Test(arguments: [0, 1, 25, 199, 200, 201, 300, 9999])
  func aStepLooksTheSameFromBeforeAndFromBehind(step: Int) {
    let direct = frame(at: step, by: [])
    #expect(frame(at: step, by: [300]) == direct && frame(at: step, by: [10, 250, 0]) == direct)
    #expect(direct.contains("replay "))
  }

  @Test func theFrameOfAStepHasTheStepsChangesAndNoneAfter() {
    #expect(!frame(at: 199, by: []).contains("γ 0.5 → 0.1"))
    #expect(frame(at: 200, by: []).contains("γ 0.5 → 0.1"))
    #expect(frame(at: 250, by: []).contains("step 250/400"))
  }

  @Test func timeIsTheRunsOwnAtAnySpeed() {
    var slow = Replay(Self.events, lab: Lab(), speed: 1), fast = Replay(Self.events, lab: Lab(), speed: 4)
    for _ in 0..<8 { slow.advance(by: 0.5) }
    fast.advance(by: 1)
    #expect(frame(&slow) == frame(&fast) && slow.isMoving)
    fast.advance(by: 1e6)
    #expect(!fast.isMoving)
  }

  @Test func keysMoveItAndNothingIsSent() {
    var replay = Replay(Self.events, lab: Lab())
    _ = frame(&replay)
    let actions = [Key.end, .left, .character("."), .character("+"), .character(" "), .character("A"), .home].flatMap {
      replay.handle($0)
    }
    #expect(actions.isEmpty)
    #expect(frame(&replay).contains("step   0/400"))
    #expect(replay.handle(.character("q")) == [.leave])
  }

  @Test func anEmptyRunIsPlayedToo() {
    var replay = Replay([], lab: Lab())
    replay.advance(by: 1)
    for key in [Key.right, .end, .home, .character(".")] { #expect(replay.handle(key).isEmpty) }
    #expect(!frame(&replay).isEmpty)
  }
}
