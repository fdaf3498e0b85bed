/// A place of the frame that a pointer can act on, noted by what drew it.
package struct Spot: Sendable, Hashable {
  /// What is drawn there.
  package enum Target: Sendable, Hashable {
    /// An item of a list, by its index.
    case item(Int)
    /// The plot of a chart, whose columns are steps.
    case plot(PlotSteps)
  }

  /// The cells.
  package let rect: Rect
  /// What is drawn there.
  package let target: Target

  package init(_ rect: Rect, _ target: Target) { (self.rect, self.target) = (rect, target) }
}

/// Which step each column of a plot stands for.
package struct PlotSteps: Sendable, Hashable {
  let plot: Rect
  let scale: Scale
  let axis: XAxis

  /// The step of a column of the screen; columns beyond the plot count as its edges.
  package func step(atColumn x: Int) -> Double {
    let place = Double(x - plot.x) / Double(max(1, plot.width - 1))
    return axis.step(at: scale.value(at: min(max(0, place), 1)))
  }
}

extension Rect {
  /// True for a cell inside.
  package func contains(x: Int, y: Int) -> Bool {
    x >= self.x && x < self.x + width && y >= self.y && y < self.y + height
  }
}
