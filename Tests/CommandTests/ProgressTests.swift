import Commands
import Events
import Testing

@Suite("Progress")
struct ProgressTests {
  private func progress(_ events: [Event]) -> Progress {
    var progress = Progress()
    for event in events { progress.take(event) }
    return progress
  }

  @Test("shows step, share, losses, time left, speed and the last validation")
  func line() {
    let progress = progress([
      .started(started(steps: 8)), .state(StateChange(step: 0, state: .training)), .sample(sample(1)),
      .sample(sample(2)), .probe(probe(2)),
    ])
    #expect(
      progress.line(columns: 200)
        == "training 2/8 25 %  █████░░░░░░░░░░░░░░░  ETA 0:06  256 img/s  loss 1.25 (clean 0.5, adv 2)  val 90.0 %/50.0 %"
    )
  }

  @Test("fits every width, with the important first")
  func widths() {
    let progress = progress([.started(started()), .sample(sample(1))]), whole = progress.line(columns: 500)
    for columns in -1...whole.count + 1 {
      #expect(progress.line(columns: columns) == String(whole.prefix(max(0, columns))))
    }
  }

  @Test("knows no time and no speed before the first step, and divides by nothing")
  func beforeTheFirstStep() {
    for events in [[], [Event.started(started())], [.started(started(steps: 0))], [.sample(sample(1, seconds: 0))]] {
      #expect(progress(events).secondsLeft == nil)
      #expect(progress(events).imagesPerSecond == nil)
      #expect(!progress(events).line(columns: 100).contains("ETA"))
    }
  }

  // 101 s for steps 1–10 and their validation, 10 s for the next 20; 30 of 60 steps are left.
  @Test("counts validations into the time left, and the last twenty steps into the speed")
  func estimates() {
    let slow = (1...10).map { Event.sample(sample($0, seconds: 10)) }
    let quick = (11...30).map { Event.sample(sample($0, seconds: 0.5)) }
    let progress = progress([.started(started(steps: 60))] + slow + [.probe(probe(10))] + quick)
    #expect(progress.imagesPerSecond == 256)
    #expect(progress.secondsLeft == 111.0)
  }

  @Test(
    "writes times as a clock",
    arguments: [
      (0.0, "0:00"), (0.2, "0:01"), (7, "0:07"), (59.5, "1:00"), (3599, "59:59"), (3600, "1:00:00"),
      (1e300, "99:59:59"),
    ])
  func clock(seconds: Double, text: String) { #expect(Progress.clock(seconds) == text) }
}
