import Plotting

extension Smoothing {
  /// The name in files: `medium`.
  var word: String { "\(self)" }
}
