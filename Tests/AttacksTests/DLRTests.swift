import Attacks
import Objectives
import TestSupport
import Testing

struct DLRTests {
  @Test(arguments: ["k10", "k100", "k10_large_logits", "k4_small"])
  func lossesAndGradientsMatchPyTorch(name: String) throws {
    let oracle = try Oracle("losses/\(name)")
    let logits = try oracle.floats("logits_clean"), labels = try oracle.integers("labels")
    let targets = try oracle.integers("target"), classes = logits.count / labels.count
    var plain: [Float] = [], targeted: [Float] = []
    var plainGradient = [Float](repeating: 0, count: logits.count), targetedGradient = plainGradient
    for row in labels.indices {
      let here = Array(logits[row * classes..<(row + 1) * classes])
      var gradient = [Float](repeating: 0, count: classes)
      plain.append(Float(RowLosses.dlr(here, classes: classes, label: labels[row], addingTo: &gradient)))
      plainGradient.replaceSubrange(row * classes..<(row + 1) * classes, with: gradient)
      gradient = [Float](repeating: 0, count: classes)
      targeted.append(
        Float(
          RowLosses.targetedDLR(
            here, classes: classes, label: labels[row], target: targets[row], addingTo: &gradient)))
      targetedGradient.replaceSubrange(row * classes..<(row + 1) * classes, with: gradient)
    }
    #expect(try oracle.excess(plain, "dlr") <= 1)
    #expect(try oracle.excess(plainGradient, "dlr.g") <= 1)
    #expect(try oracle.excess(targeted, "dlr_targeted") <= 1)
    #expect(try oracle.excess(targetedGradient, "dlr_targeted.g") <= 1)
  }

  @Test func theGoldenVectorsHold() throws {
    let golden = try GoldenVectors.load().dlr
    let z = golden.z
    #expect(abs(RowLosses.dlr(z, classes: 5, label: 3) - golden.label3) < 1e-9)
    #expect(abs(RowLosses.dlr(z, classes: 5, label: 0) - golden.label0) < 1e-9)
    #expect(abs(RowLosses.dlr(z, classes: 5, label: 2) - golden.label2) < 1e-9)
    #expect(abs(RowLosses.targetedDLR(z, classes: 5, label: 3, target: 0) - golden.target0) < 1e-9)
    #expect(abs(RowLosses.targetedDLR(z, classes: 5, label: 3, target: 1) - golden.target1) < 1e-9)
  }

  @Test func shiftAndScaleOfTheLogitsDoNotMatter() {
    let z: [Float] = [2, 0.5, -1, 3.5, 0], moved = z.map { 4 * $0 + 8 }
    for label in 0..<5 {
      #expect(
        abs(RowLosses.dlr(z, classes: 5, label: label) - RowLosses.dlr(moved, classes: 5, label: label)) < 1e-6)
    }
  }

  @Test func equalLogitsGiveNoInfinity() {
    let z = [Float](repeating: 1, count: 4)
    var gradient = [Float](repeating: 0, count: 4)
    #expect(RowLosses.dlr(z, classes: 4, label: 0, addingTo: &gradient) == 0)
    #expect(RowLosses.targetedDLR(z, classes: 4, label: 0, target: 3, addingTo: &gradient) == 0)
    #expect(gradient.allSatisfy { $0.isFinite })
  }
}
