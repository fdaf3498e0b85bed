import Plotting

extension ChartView {
  /// What the border of a chart says about how it is looked at.
  package var words: [String] {
    (smoothing == .off ? [] : ["EMA \(Notation.screen.share(smoothing.rawValue)), raw faded"])
      + (axis.isLogarithmic ? ["log x"] : [])
  }
}
