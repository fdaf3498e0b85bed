import Diagnostics
import Foundation
import Tensors
import Testing

/// When the tiers are due, from numbers alone.
struct SentinelScheduleTests {
  private let limits = SentinelSchedule.Limits(every: 25, deepEvery: 200, budget: 0.1)

  /// Runs a training of `steps` steps of 3000 passes; the steps of the quick and deep probes, and the schedule.
  private func run(
    _ limits: SentinelSchedule.Limits, steps: Int, quick: (Int) -> Int, deep: (Int) -> Int,
    check: (SentinelSchedule, Int) -> Void = { _, _ in }
  ) -> (quick: [Int], deep: [Int], schedule: SentinelSchedule) {
    var schedule = SentinelSchedule(firstQuick: 2800), quicks: [Int] = [], deeps: [Int] = []
    for step in 1...steps {
      schedule.train(passes: 3000, limits: limits)
      if schedule.isQuickDue(afterStep: step, limits) {
        quicks.append(step)
        schedule.noteQuick(step: step, passes: quick(step))
        if schedule.isDeepDue(afterStep: step, limits, expected: deep(step)) {
          deeps.append(step)
          schedule.noteDeep(step: step, passes: deep(step))
        }
      }
      check(schedule, step)
    }
    return (quicks, deeps, schedule)
  }

  @Test func cheapProbesComeAtTheirIntervals() {
    let run = run(limits, steps: 1000, quick: { _ in 3000 }, deep: { _ in 5000 })
    #expect(run.quick == Array(stride(from: 25, through: 1000, by: 25)))
    #expect(run.deep == [200, 400, 600, 800, 1000])
    #expect(run.schedule.spent == 40 * 3000 + 5 * 5000 && run.schedule.trained == 3_000_000)
  }

  @Test func dearProbesStretchTheirIntervals() {
    // Three quarters of the budget are 225 passes a step: 18 000 are earned in 80 steps; the rest is 60 000 in 800.
    let run = run(limits, steps: 4000, quick: { _ in 18_000 }, deep: { _ in 60_000 })
    #expect(zip(run.quick.dropFirst(2), run.quick.dropFirst(3)).allSatisfy { $1 - $0 == 80 })
    #expect(
      zip([0] + run.deep, run.deep).allSatisfy { $1 - $0 >= 720 } && (4...5).contains(run.deep.count), "\(run.deep)")
    #expect(Double(run.schedule.spent) <= 0.1 * Double(run.schedule.trained))
  }

  @Test func theBudgetHoldsWheneverAProbeStarts() {
    for seed in 0..<UInt32(10) {
      var random = RandomStream(seed: seed, purpose: .test)
      let largest = 20_000
      _ = run(limits, steps: 2000) { _ in
        2800 + Int(random.below(UInt32(largest - 2800)))
      } deep: { step in
        5000 + step * 7919 % 90_000
      } check: { schedule, _ in
        // A quick probe may cost more than expected: by no more than one probe.
        #expect(Double(schedule.spent) <= 0.1 * Double(schedule.trained) + Double(largest))
      }
    }
  }

  @Test func theFrequentTierCannotStarveTheSeldomOne() {
    let run = run(limits, steps: 3000, quick: { _ in 50_000 }, deep: { _ in 60_000 })
    #expect(run.deep.count >= 3)
  }

  @Test func withoutDeepProbesTheWholeBudgetIsTheQuickOnes() {
    let quickOnly = SentinelSchedule.Limits(every: 25, deepEvery: 0, budget: 0.1)
    let run = run(quickOnly, steps: 1000, quick: { _ in 12_000 }, deep: { _ in 1 })
    #expect(run.deep.isEmpty && zip(run.quick.dropFirst(2), run.quick.dropFirst(3)).allSatisfy { $1 - $0 == 40 })
  }

  @Test func zeroTurnsItOff() {
    for limits in [
      SentinelSchedule.Limits(every: 0, deepEvery: 200, budget: 0.1), .init(every: 25, deepEvery: 200, budget: 0),
    ] {
      #expect(run(limits, steps: 500, quick: { _ in 1 }, deep: { _ in 1 }).schedule.spent == 0)
    }
  }

  @Test func aWantedDeepProbeWaivesTheIntervalAndNotTheBudget() {
    var schedule = SentinelSchedule(firstQuick: 100)
    for _ in 1...10 { schedule.train(passes: 3000, limits: limits) }
    #expect(!schedule.isDeepDue(afterStep: 10, limits, expected: 1000))
    #expect(schedule.isDeepDue(afterStep: 10, limits, expected: 700, isWanted: true))
    #expect(!schedule.isDeepDue(afterStep: 10, limits, expected: 2000, isWanted: true))
    #expect(
      SentinelSchedule.expectedDeep(left: 20, broken: 0, survivorPasses: 9800)
        > 30 * SentinelSchedule.expectedDeep(left: 0, broken: 20, survivorPasses: 9800))
  }

  @Test func causesArePaidByNoTier() {
    var schedule = SentinelSchedule(firstQuick: 100)
    for _ in 1...25 { schedule.train(passes: 3000, limits: limits) }
    #expect(schedule.isQuickDue(afterStep: 25, limits))
    schedule.noteCauses(passes: 10_000)
    #expect(schedule.isQuickDue(afterStep: 25, limits) && schedule.spent == 0 && schedule.causes == 10_000)
    #expect(schedule.isDeepDue(afterStep: 400, limits, expected: 1000) && schedule.shareSpent(0.1) == 0)
  }

  @Test func afterTheLastStepTheDeepTierHelpsOut() {
    var schedule = SentinelSchedule(firstQuick: 4000)
    for _ in 1...8 { schedule.train(passes: 3000, limits: limits) }
    #expect(!schedule.isQuickDue(afterStep: 30, limits) && schedule.isLastDue(afterStep: 30, limits))
    #expect(schedule.lastAllowance == 2400 && schedule.quickAllowance == 4000)
    schedule.noteQuick(step: 30, passes: 2200, isLast: true)
    #expect(schedule.deepAllowance == 200 && !schedule.isLastDue(afterStep: 30, limits))
    for _ in 1...8 { schedule.train(passes: 3000, limits: limits) }
    #expect(schedule.lastAllowance == 2600 && schedule.isLastDue(afterStep: 31, limits))
  }

  @Test func aCheckThatLeavesTooLittleForTheLastOneWaits() {
    var schedule = SentinelSchedule(firstQuick: 3000)
    for _ in 1...14 { schedule.train(passes: 3000, limits: limits) }
    // 4200 passes are there, 300 come with every step; two checks cost 6000, and a fifth of one is kept in hand.
    #expect(schedule.isQuickDue(afterStep: 30, limits) && schedule.isQuickDue(afterStep: 30, limits, stepsLeft: 8))
    #expect(!schedule.isQuickDue(afterStep: 30, limits, stepsLeft: 7))
    #expect(schedule.shareSpent(0.1) == 0 && schedule.shareSpent(0) == 0)
    schedule.noteQuick(step: 30, passes: 2100)
    #expect(abs(schedule.shareSpent(0.1) - 0.5) < 1e-12)
  }

  @Test func itSurvivesJSON() throws {
    let schedule = run(limits, steps: 300, quick: { _ in 12_345 }, deep: { _ in 20_000 }).schedule
    #expect(try JSONDecoder().decode(SentinelSchedule.self, from: JSONEncoder().encode(schedule)) == schedule)
  }
}
