import Foundation
import Lab
import Terminal

extension ScreenOptions {
  /// Tells panes of the runs next to a run's folder and of the machine, and remembers how the screen is left.
  mutating func look(around folder: URL?, _ remember: @escaping @Sendable (LabMemory) -> Void) {
    news = .merging([MachineFeed(folder: folder).news(), RunsFeed(nextTo: folder).news()])
    measurePeak = { SgemmPeak.measure() }
    self.remember = remember
  }
}
