/// What APGD maximizes. Each attack of the family declares its own, in its file.
package struct APGDLoss: Sendable {
  /// The logits of one image, and the classes they are judged by.
  package struct Row {
    /// The logits [classes].
    package let logits: UnsafePointer<Float>
    package let classes: Int
    /// The true class.
    package let label: Int
    /// The class aimed at; 0 for untargeted attacks.
    package let target: Int
  }

  /// The loss; adds its gradient with respect to the logits.
  package typealias Value = @Sendable (_ row: Row, _ gradient: UnsafeMutablePointer<Float>?) -> Double

  /// Whether a gradient of exactly zero at the start is worth a warning.
  let reportsZeroGradient: Bool
  let value: Value

  package init(reportsZeroGradient: Bool = true, _ value: @escaping Value) {
    self.reportsZeroGradient = reportsZeroGradient
    self.value = value
  }
}
