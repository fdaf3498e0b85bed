/// When each step was done, in seconds of the run, in bounded memory: between the steps that are kept, time runs
/// evenly.
package struct StepClock: Sendable, Hashable {
  private var steps: [Double] = [0]
  private var times: [Double] = [0]
  /// One of this many steps is kept.
  private var stride = 1.0
  private var last = (step: 0.0, time: 0.0)
  private static let capacity = 2048

  /// At step 0 no time has passed.
  package init() {}

  package static func == (one: StepClock, two: StepClock) -> Bool {
    one.steps == two.steps && one.times == two.times && one.last == two.last
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(last.step) }

  /// Seconds until the last step was done.
  package var total: Double { last.time }

  /// `seconds` passed until this step was done, which is a later one than the last.
  package mutating func add(step: Double, seconds: Double) {
    guard step > last.step, seconds.isFinite, seconds >= 0 else { return }
    last = (step, last.time + seconds)
    guard step - (steps.last ?? 0) >= stride else { return }
    if steps.count == StepClock.capacity { thin() }
    steps.append(step)
    times.append(last.time)
  }

  /// Seconds that passed until a step; beyond the last one at the mean pace so far.
  package func time(at step: Double) -> Double {
    guard step > 0 else { return 0 }
    if step >= last.step { return last.step > 0 ? last.time * step / last.step : 0 }
    return StepClock.interpolated(step, steps, times, end: (last.step, last.time))
  }

  /// The step at a time; the inverse of `time(at:)`.
  package func step(at time: Double) -> Double {
    guard time > 0 else { return 0 }
    if time >= last.time { return last.time > 0 ? last.step * time / last.time : 0 }
    return StepClock.interpolated(time, times, steps, end: (last.time, last.step))
  }

  private mutating func thin() {
    let kept = steps.indices.filter { $0 % 2 == 0 }
    (steps, times) = (kept.map { steps[$0] }, kept.map { times[$0] })
    stride *= 2
  }

  /// `to` at a place of `from`, both ascending; `end` is behind their last.
  private static func interpolated(
    _ place: Double, _ from: [Double], _ to: [Double], end: (from: Double, to: Double)
  ) -> Double {
    var low = 0, high = from.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if from[middle] <= place { low = middle } else { high = middle }
    }
    let next = high < from.count ? (from: from[high], to: to[high]) : end
    let extent = next.from - from[low]
    return extent > 0 ? to[low] + (next.to - to[low]) * (place - from[low]) / extent : to[low]
  }
}
