import Events
import Spelling

extension GapReading {
  /// `1 in 340`: how likely a network with a gap below the watch threshold shows as much, at most; nil where nothing
  /// speaks for a gap.
  package var odds: String? {
    guard let chance, chance < 0.5 else { return nil }
    guard chance > 1e-6 else { return "less than 1 in a million" }
    let odds = 1 / chance
    // Two digits are enough.
    var unit = 1.0
    while odds / unit >= 100 { unit *= 10 }
    return "1 in \(NumberText.grouped(Int((odds / unit).rounded(.down) * unit)))"
  }

  /// How much of PGD's accuracy is real: `.35 of PGD's accuracy is real`; nil where PGD left nothing.
  package func realWords(_ notation: Notation, attack: String) -> String? {
    survivors == 0 ? nil : "\(notation.share(real)) of \(attack)'s accuracy is real"
  }
}
