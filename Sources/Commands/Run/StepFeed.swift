import Engine
import Panes

/// Tells of a slow step how far its attack is, and of a slow measurement how many images are done; of quick ones
/// nothing, since the next one comes before it is read.
struct StepFeed: Sendable {
  let progress: StepProgress

  /// How long a step has to take to be told of, and the time between two looks.
  private static let slow = Duration.milliseconds(500), interval = Duration.milliseconds(200)

  /// What it finds, until the reader leaves.
  func news() -> AsyncStream<PaneNews> {
    AsyncStream { continuation in
      let task = Task.detached(priority: .background) {
        var told = Told()
        while !Task.isCancelled {
          let before = told
          told.look(at: progress.state, now: .now)
          told.look(atMeasurement: progress.measurement, now: .now)
          if told.news != before.news { continuation.yield(.step(told.news)) }
          if told.measurement != before.measurement { continuation.yield(.measurement(told.measurement)) }
          try? await Task.sleep(for: Self.interval)
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// What was told last, and how slow steps are.
  struct Told {
    /// Nil while steps are quick.
    private(set) var news: StepNews?
    /// Nil while none is slow.
    private(set) var measurement: MeasurementNews?
    /// The last step that was seen to be slow.
    private var slow = -1

    /// Takes in how far the step under way is; between two attacks what was told stays.
    mutating func look(at state: StepProgress.State?, now: ContinuousClock.Instant) {
      guard let state, state.iteration > 0 else { return }
      if now - state.start >= StepFeed.slow { slow = state.step }
      // The step after a slow one is taken to be slow, too, so that what is shown does not come and go.
      guard state.step - slow <= 1 else { return news = nil }
      news = StepNews(
        step: state.step, attack: state.attack, iteration: state.iteration, iterations: state.iterations)
    }

    /// The same of a measurement.
    mutating func look(atMeasurement state: StepProgress.Measurement?, now: ContinuousClock.Instant) {
      let slow = state.flatMap { now - $0.start >= StepFeed.slow ? $0 : nil }
      measurement = slow.map { MeasurementNews(images: $0.images, count: $0.count) }
    }
  }
}
