import Engine
import Events
import Testing

@Suite("Failures of a session")
struct SessionFailureTests {
  private func machine(at text: String) throws -> SessionMachine {
    var machine = SessionMachine(settings: try settings())
    _ = machine.run(until: text)
    return machine
  }

  @Test("a failure while preparing has nothing to keep")
  func preparing() throws {
    var machine = try machine(at: "prepare")
    #expect(machine.play(.failed("no data")) == ["state failed @0: no data", "end failed @0, best none, 0 results"])
  }

  @Test("a failure in the first step has nothing to keep")
  func firstStep() throws {
    var machine = try machine(at: "run 1")
    #expect(machine.play(.failed("NaN")) == ["state failed @0: NaN", "end failed @0, best none, 0 results"])
  }

  @Test("a failure in a later step keeps the weights before it, and the best")
  func laterStep() throws {
    var machine = try machine(at: "run 4")
    #expect(machine.play(.failed("NaN")) == ["save interrupted @3 γ=0.5"])
    #expect(machine.play(.saved(nil)) == ["save best @2 γ=0.5"])
    #expect(machine.play(.saved(nil)) == ["state failed @3: NaN", "end failed @3, best 2, 0 results"])
  }

  @Test("a failure in a validation keeps the weights")
  func validation() throws {
    var machine = try machine(at: "validate @2")
    #expect(machine.play(.failed("broken")) == ["save interrupted @2 γ=0.5"])
    #expect(machine.play(.saved(nil)) == ["state failed @2: broken", "end failed @2, best none, 0 results"])
  }

  @Test("a failure in a test has nothing left to write")
  func test() throws {
    var machine = try machine(at: "test best")
    #expect(machine.play(.failed("broken")) == ["state failed @4: broken", "end failed @4, best 4, 0 results"])
  }

  @Test("a run whose weights cannot be written waits, says so once, and tries again")
  func saving() throws {
    var machine = try machine(at: "save last")
    let waiting =
      "waiting, the weights are not on the disk: disk full; tried again every few seconds; free some space, or write "
      + "elsewhere with 'save-to FOLDER' in the lab or by 'dualab send RUN save-to FOLDER'"
    #expect(
      machine.play(.failed("disk full")) == ["journal @4 \(waiting) (engine)", "state paused @4: disk full", "wait"])
    #expect(machine.isBlocked)
    #expect(machine.play(.command(.resume)) == ["save last @4 γ=0.5"])
    #expect(machine.play(.failed("disk still full")) == ["wait"])
    #expect(machine.play(.command(.resume), .saved(nil)) == ["save last @4 γ=0.5", "save best @4 γ=0.5"])
    #expect(!machine.isBlocked)
    #expect(
      machine.play(.command(.saveTo("/mnt"))) == [
        "journal @4 checkpoints are written to /mnt from now on; to go on from them later, move them to checkpoints/ of "
          + "the run (you)"
      ])
    #expect(machine.play(.saved(nil)).last == "test last @4 γ=0.5")
  }

  @Test("a run that waits for space can be stopped, and tries once more on the way out")
  func stoppedWhileWaiting() throws {
    var machine = try machine(at: "save last")
    _ = machine.play(.failed("disk full"))
    #expect(machine.play(.command(.stop)) == ["save interrupted @4 γ=0.5"])
    #expect(machine.play(.failed("disk still full")) == ["save best @4 γ=0.5"])
    #expect(
      machine.play(.failed("no")) == [
        "journal @4 no (engine)", "state failed @4: disk still full", "end failed @4, best 4, 0 results",
      ])
  }

  @Test("a stop whose checkpoint cannot be written is a failure")
  func stop() throws {
    var machine = try machine(at: "run 3")
    #expect(machine.play(.command(.stop), .interrupted) == ["save interrupted @2 γ=0.5"])
    #expect(machine.play(.failed("disk full")) == ["save best @2 γ=0.5"])
    #expect(machine.play(.saved(nil)) == ["state failed @2: disk full", "end failed @2, best 2, 0 results"])
  }
}
