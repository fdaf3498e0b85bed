import Engine
import Foundation
import Lab
import Terminal

extension ScreenOptions {
  /// Tells panes of the runs next to a run's folder, of the machine and of slow steps, and remembers how the screen is
  /// left.
  mutating func look(
    around folder: URL?, _ remember: @escaping @Sendable (LabMemory) -> Void, progress: StepProgress? = nil
  ) {
    let steps = progress.map { [StepFeed(progress: $0).news()] } ?? []
    news = .merging([MachineFeed(folder: folder).news(), RunsFeed(nextTo: folder).news()] + steps)
    measurePeak = { SgemmPeak.measure() }
    self.remember = remember
  }
}
