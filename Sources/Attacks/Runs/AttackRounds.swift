import Networks
import Tensors

/// Drives runs through a classifier and keeps its lanes full.
///
/// Work proceeds in rounds. Before a round the unfinished runs are distributed evenly over the lanes, with new ones in
/// place of those that ended. In a round every lane makes some passes with its own runs, without waiting for others. A
/// round takes a few milliseconds, or one pass on a big network. Between rounds the caller has the thread.
package final class AttackRounds {
  private let classifier: any Classifier
  /// Points of each lane's runs, packed.
  private let points: [Storage]
  private var passes = 1
  /// Passes made in all rounds.
  private var made = 0

  package init(_ classifier: any Classifier) {
    self.classifier = classifier
    points = (0..<classifier.laneCount).map { _ in Storage(count: Lane.capacity * classifier.input.planarCount) }
  }

  /// One run and the image it is about.
  package struct Entry {
    package let example: Int
    package let run: any AttackRun
  }

  /// Makes and drives a run for every example. After each round `after` gets those that ended and those still running;
  /// an error from it ends the attack, and the running ones are lost.
  package func attack(
    _ examples: [Int], _ make: (Int) -> any AttackRun, after: (_ ended: [Entry], _ active: [Entry]) throws -> Void
  ) throws {
    var next = 0
    var active: [Entry] = []
    let clock = ContinuousClock()
    while next < examples.count || !active.isEmpty {
      // FAB's runs want gradients in every second pass; those that start together stay in step.
      if active.isEmpty { made = 0 }
      while made % 2 == 0 && active.count < points.count * Lane.capacity && next < examples.count {
        active.append(Entry(example: examples[next], run: make(examples[next])))
        next += 1
      }
      let duration = clock.measure { round(active) }
      made += passes
      adapt(to: duration)
      let ended = active.filter(\.run.isDone)
      if !ended.isEmpty { active.removeAll(where: \.run.isDone) }
      try after(ended, active)
    }
  }

  /// Aims at rounds of two milliseconds: long compared with the cost of a round, short for a person who waits.
  private func adapt(to duration: Duration) {
    let seconds = max(duration / .seconds(1), 1e-6)
    passes = max(1, min(256, min(2 * passes, Int(Double(passes) * 0.002 / seconds))))
    if passes > 1 && (made + passes) % 2 == 1 { passes += 1 }
  }

  private func round(_ active: [Entry]) {
    let lanes = points.count, passes = passes
    classifier.eachSeat(lanes) { lane, seat in
      var runs = active[seat * active.count / lanes..<(seat + 1) * active.count / lanes].map(\.run)
      for _ in 0..<passes where !runs.isEmpty {
        pass(runs, on: lane, points[seat].pointer)
        runs.removeAll(where: \.isDone)
      }
    }
  }

  /// One forward for all runs, and as many backwards as the most demanding of them wants.
  private func pass(_ runs: [any AttackRun], on lane: any ClassifierLane, _ points: UnsafeMutablePointer<Float>) {
    let pixels = classifier.input.planarCount, classes = classifier.classes
    for (row, run) in runs.enumerated() { (points + row * pixels).update(from: run.point, count: pixels) }
    let logits = lane.forward(points, count: runs.count)
    var wanted = SIMD16<Int>.zero
    for (row, run) in runs.enumerated() { wanted[row] = run.see(logits + row * classes) }
    for number in 0..<wanted.max() {
      let cotangent = lane.cotangent
      for (row, run) in runs.enumerated() {
        if number < wanted[row] {
          run.setCotangent(number, cotangent + row * classes)
        } else {
          (cotangent + row * classes).update(repeating: 0, count: classes)
        }
      }
      let gradient = lane.backward()
      for (row, run) in runs.enumerated() where number < wanted[row] { run.take(number, gradient + row * pixels) }
    }
    for run in runs { run.advance() }
  }
}
