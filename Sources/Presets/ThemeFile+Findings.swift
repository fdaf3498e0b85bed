import Foundation
import Plotting

extension ThemeFile {
  /// What is hard to see, one line each, with the measured and the needed value.
  package var warnings: [String] {
    theme.findings.filter { !$0.isGood }.map { "\(path): \($0.sentence)" }
  }

  /// The least contrast of text and the least difference of chart lines in every kind of vision, one line each; what the
  /// terminal decides is said to be unknown.
  package var measurements: [String] {
    let texts = theme.findings.filter { if case .contrast = $0.kind { $0.needed >= 4.5 } else { false } }
    guard let text = texts.min(by: { $0.value < $1.value }) else {
      return ["the terminal's own colors: contrast and differences are not known here"]
    }
    let lines = Vision.allCases.compactMap { vision in
      theme.findings.filter { if case .lines(_, _, vision) = $0.kind { true } else { false } }
        .min { $0.value < $1.value }
    }
    let dashed = Theme.series.filter(theme.dashed.contains).map(\.rawValue)
    return ([text] + lines).map(\.measurement)
      + (dashed.isEmpty ? [] : ["dashed, told apart without color: \(dashed.joined(separator: ", "))"])
  }
}

extension ThemeFinding {
  /// The value in words: `text: contrast 4.9 or more (kl on header)`.
  fileprivate var measurement: String {
    let shown = String(format: "%.1f", value)
    return switch kind {
    case .contrast(let role, let region):
      "text: contrast \(shown) or more (least: \(role.rawValue)\(region == .text ? "" : " on \(region.rawValue)"))"
    case .lines(let first, let second, let vision):
      "lines, \(vision == .normal ? "normal vision" : vision.rawValue): difference \(shown) or more (least: "
        + "\(first.rawValue), \(second.rawValue))"
    case .textLikeBorder(let role): "\(role.rawValue): the color of border"
    }
  }

  /// The finding in words: `faint on dialog: contrast 3.9; needs 4.5 or more`.
  package var sentence: String {
    let shown = String(format: "%.1f", value), enough = String(format: "%.1f", needed)
    return switch kind {
    case .contrast(let role, let region):
      "\(role.rawValue)\(region == .text || role == region ? "" : " on \(region.rawValue)"): contrast \(shown) against its "
        + "background; needs \(enough) or more"
    case .lines(let first, let second, let vision):
      "\(first.rawValue) and \(second.rawValue), \(vision == .normal ? "normal vision" : vision.rawValue): "
        + "difference \(shown) (ΔE 2000); needs \(enough) or more, or 'dashed' after one of the colors"
    case .textLikeBorder(let role):
      "\(role.rawValue): the color of border; text needs a color of its own"
    }
  }
}
