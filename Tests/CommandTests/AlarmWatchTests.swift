import Events
import Foundation
import TestSupport
import Testing

@testable import Commands

/// What a run does about alarms outside the engine: the program of `--on-alarm`, and the exit status.
@Suite struct AlarmWatchTests {
  private func change(_ from: GapState, _ state: GapState) -> Event {
    let reading = GapReading(
      step: 75, tier: .quick, n: 4, survivors: 3, broken: 2, interval: 0.25...0.75)
    return .alarm(GapChange(step: 75, from: from, state: state, reading: reading))
  }

  @Test func anAlarmStaysUnacknowledgedUntilSomeoneAcknowledgesIt() {
    let watch = AlarmWatch(command: nil, folder: "run")
    for event in [change(.calm, .watch), change(.alarm, .alarm)] { _ = watch.take(event) }
    #expect(!watch.isUnacknowledged)
    _ = watch.take(change(.watch, .alarm))
    #expect(watch.isUnacknowledged)
    // When the gap closes by itself, nobody has acknowledged the alarm.
    _ = watch.take(change(.alarm, .calm))
    #expect(watch.isUnacknowledged)
    _ = watch.take(change(.alarm, .acknowledged))
    #expect(!watch.isUnacknowledged)
  }

  @Test func theProgramGetsTheFactsWithoutAShell() throws {
    let folder = try newTemporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appendingPathComponent("a hook"), told = folder.appendingPathComponent("told")
    try "#!/bin/sh\necho \"$*\" > '\(told.path).part' && mv '\(told.path).part' '\(told.path)'\n".write(
      to: script, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
    let watch = AlarmWatch(command: try AlarmCommand(script.path), folder: "a run; $HOME")
    #expect(watch.take(change(.watch, .alarm)) == nil)
    for _ in 0..<200 where !FileManager.default.fileExists(atPath: told.path) { usleep(50_000) }
    #expect(try String(contentsOf: told, encoding: .utf8) == "75 0.5 0.25 0.75 quick a run; $HOME\n")
  }

  @Test(arguments: ["", " ", "/nonexistent/program", "no-such-program here"])
  func aMissingProgramIsAUsageErrorAtTheStart(text: String) {
    #expect { try AlarmCommand(text) } throws: { error in
      let failure = error as? CommandFailure
      return failure?.status == 2 && failure?.line.hasPrefix("--on-alarm") ?? false
    }
  }
}
