import Foundation

/// How numbers are written for people: always with a decimal point, whatever the locale.
package enum NumberText {
  /// With a fixed number of decimals: `0.50`.
  package static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let scale = pow(10, Double(max(0, digits)))
    let units = (abs(value) * scale).rounded()
    guard units < 1e15 else { return scientific(value) }
    var text = "\(Int64(units))"
    if digits > 0 {
      text = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
      text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
    }
    return value < 0 && units > 0 ? "-" + text : text
  }

  /// With three significant digits: `1.31`, `0.061`, `2.4e-5`.
  package static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, digits: 0) }
    let magnitude = floor(log10(abs(value)))
    guard magnitude >= -3, magnitude < 6 else { return scientific(value) }
    return fixed(value, digits: min(4, max(0, 2 - Int(magnitude))))
  }

  /// A fraction of one with two decimals and no leading zero: `.98`, `1.00`.
  package static func share(_ value: Double) -> String {
    let text = fixed(value, digits: 2)
    return text.hasPrefix("0.") ? String(text.dropFirst()) : text
  }

  /// A fraction of one in percent: `66.4 %`.
  package static func percent(_ value: Double, digits: Int = 1) -> String {
    fixed(value * 100, digits: digits) + " %"
  }

  /// A whole number in groups of three digits: `1 840`.
  package static func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  /// A duration: `0:07`, `12:30`, `3:05:00`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    let whole = Int(seconds.rounded())
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return whole < 3600
      ? "\(whole / 60):\(two(whole % 60))" : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }

  /// A count and its noun: `1 entry`, `2 entries`. Without `plural`, an s is added.
  package static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(plural ?? noun + "s")"
  }

  private static func scientific(_ value: Double) -> String {
    var exponent = Int(floor(log10(abs(value))))
    var mantissa = value / pow(10, Double(exponent))
    if !mantissa.isFinite { mantissa = value < 0 ? -1 : 1 }
    if abs(mantissa) >= 9.95 {
      mantissa /= 10
      exponent += 1
    }
    let text = fixed(mantissa, digits: 1)
    return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)e\(exponent)"
  }
}
