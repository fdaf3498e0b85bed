/// Steps of the convolutions that make images smaller inside a residual network, which no tensor tells: that of the
/// stem, and those of the first block of each stage.
package struct Strides: Sendable, Hashable {
  package var stem: Int
  package var stages: [Int]

  /// The longest steps that the program in question can make.
  var longest = 8

  package init(stem: Int, stages: [Int]) { (self.stem, self.stages) = (stem, stages) }

  /// The settings that say others.
  static let settings = ["stem_stride", "strides"]
  /// What is accepted.
  var range: ClosedRange<Int> { 1...longest }

  /// `1,2,2,2`, as in `--set strides=…`.
  package var listed: String { stages.map(String.init).joined(separator: ",") }
}

extension ModelSettings {
  /// The `usual` steps, unless somebody says others.
  func strides(_ usual: Strides) -> Strides {
    var strides = usual
    if let stem = options["stem_stride"] { strides.stem = Int(stem) }
    for stage in usual.stages.indices {
      if let stride = options[Self.strideOption(stage)] { strides.stages[stage] = Int(stride) }
    }
    return strides
  }

  /// Where the step of a stage, from 0, stands among the options.
  static func strideOption(_ stage: Int) -> String { "stage\(stage + 1)_stride" }
}
