/// How a person sees colors.
package enum Vision: String, Sendable, CaseIterable {
  case normal, protanopia, deuteranopia, tritanopia

  /// What linear red, green and blue turn into: Machado, Oliveira and Fernandes, "A Physiologically-based Model for
  /// Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, the matrices of severity 1.
  private var rows: [[Double]] {
    switch self {
    case .normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .protanopia:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .deuteranopia:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    case .tritanopia:
      [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    }
  }

  /// A color as this person sees it, in linear red, green and blue.
  package func sees(_ linearRGB: [Double]) -> [Double] {
    rows.map { row in min(max(zip(row, linearRGB).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1) }
  }

  /// The distance of two colors (ΔE 2000) as this person sees them; nil when a color is the terminal's own.
  package func difference(_ first: Color, _ second: Color) -> Double? {
    guard let one = first.linearRGB, let other = second.linearRGB else { return nil }
    return LabColor(linearRGB: sees(one)).difference(to: LabColor(linearRGB: sees(other)))
  }
}
