import Events
import PyTorchFiles
import Testing
import Watching

/// Which step a checkpoint is of.
@Suite struct StepNumberingTests {
  @Test(arguments: [
    ("epoch_12.pt", 12), ("epoch=3-step=4000.ckpt", 4000), ("12.pth", 12), ("model-epoch7-acc0.91.pt", 7),
    ("ckpt_40.safetensors", 40), ("checkpoint-500.pt", 500), ("e12_0.91.pt", 12), ("model_0.923.pth", nil),
    ("last.pt", nil), ("resnet18.pt", nil), ("resnet18_8.pth", 8), ("step-0100.pt", 100), ("v2.pt", nil),
    ("EPOCH_3.PT", 3), ("99999999999999999999.pt", nil), ("9223372036854775807.pt", nil),
    ("9007199254740992.pt", 1 << 53),
    ("epoch٣.pt", nil), (".pt", nil), ("", nil),
  ])
  func theNumberInAName(_ name: String, _ number: Int?) {
    #expect(CheckpointName(name).number == number)
  }

  @Test func namesComeInTheOrderOfAPerson() {
    let sorted = ["b.pt", "epoch_10.pt", "epoch_2.pt", "epoch_1.pt", "a.pt", "epoch_02.pt"]
      .sorted(by: CheckpointName.areInOrder)
    #expect(sorted == ["a.pt", "b.pt", "epoch_1.pt", "epoch_02.pt", "epoch_2.pt", "epoch_10.pt"])
  }

  private typealias Number = StepNumbering.Number

  @Test func theFileIsBelievedBeforeItsNameAndItsNameBeforeTheOrder() {
    let numbering = StepNumbering()
    #expect(numbering.number(of: "epoch_3.pt", .init(step: 900, epoch: 2)) == Number(step: 900, source: .step))
    #expect(numbering.number(of: "epoch_3.pt", .init(epoch: 2)) == Number(step: 2, source: .epoch))
    #expect(numbering.number(of: "epoch_3.pt", .init()) == Number(step: 3, source: .name))
    #expect(numbering.number(of: "last.pt", .init()) == Number(step: 1, source: .order))
  }

  @Test func noNumberIsTooLargeForAStep() {
    var numbering = StepNumbering()
    let counts = TrainingCounts(step: .max, epoch: .max)
    #expect(numbering.number(of: "epoch_3.pt", counts) == Number(step: 3, source: .name))
    // A record that was edited.
    numbering.note(Number(step: .max, source: .step), of: "a.pt")
    #expect(numbering.number(of: "last.pt", .init()) == Number(step: 1 << 53, source: .order))
  }

  @Test func theOrderGoesOnFromTheLastStep() {
    var numbering = StepNumbering()
    numbering.note(numbering.number(of: "epoch_5.pt", .init()), of: "epoch_5.pt")
    #expect(numbering.number(of: "last.pt", .init()) == Number(step: 6, source: .order))
  }

  @Test func theNameOfAFileThatIsOverwrittenIsNoNumber() {
    var numbering = StepNumbering()
    let first = numbering.number(of: "wrn-28-10.pt", .init())
    #expect(first == Number(step: 10, source: .name))
    numbering.note(first, of: "wrn-28-10.pt")
    #expect(numbering.number(of: "wrn-28-10.pt", .init()) == Number(step: 11, source: .order))
    // Its own numbers are believed again and again.
    #expect(numbering.number(of: "wrn-28-10.pt", .init(epoch: 4)) == Number(step: 4, source: .epoch))
  }
}
