/// Numbers written as fractions of 255, the field's habit for ε: `8/255`.
package enum Fraction {
  /// Reads `0.0314`, `8/255`, `1e-3`. Returns nil for anything else, a zero denominator included.
  package static func parse(_ text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      .map { trimmed(String($0)) }
    switch parts.count {
    case 1:
      guard let value = Double(parts[0]), value.isFinite else { return nil }
      return value
    case 2:
      guard let numerator = Double(parts[0]), let denominator = Double(parts[1]),
        denominator != 0, (numerator / denominator).isFinite
      else { return nil }
      return numerator / denominator
    default: return nil
    }
  }

  /// `k/255` for multiples of ½/255, unless the decimal is as short (`0.3`, not `76.5/255`); otherwise the decimal.
  package static func format(_ value: Double) -> String {
    let plain = decimal(value), levels = value * 255
    let rounded = (levels * 2).rounded() / 2
    guard abs(levels - rounded) < 1e-7, rounded > 0, rounded < 255 else { return plain }
    let fraction = "\(decimal(rounded))/255"
    return plain.count <= fraction.count ? plain : fraction
  }

  /// Reads numbers separated by commas, `0.5,0.6875,0.875`; nil when one of them is not a number.
  package static func parseList(_ text: String) -> [Double]? {
    var values: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = parse(String(part)) else { return nil }
      values.append(value)
    }
    return values
  }

  /// The shortest decimal that reads back as the same number, without a trailing `.0`.
  package static func decimal(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func trimmed(_ text: String) -> String {
    var slice = Substring(text)
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }
}
