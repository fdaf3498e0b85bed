/// Which rows of a batch are clean and which are adversarial. Known in training, not at test time.
package enum Domains: Sendable, Hashable {
  /// Nobody says; a norm with two sets then uses the one that `Branch` names, the clean one unless told otherwise.
  case unknown
  /// The first `count` rows are clean, the others adversarial.
  case cleanFirst(Int)
  /// A flag per row: true for clean.
  case rows([Bool])
  /// Every row is adversarial.
  case adversarial
  /// Every row is clean.
  case clean

  /// True for a clean row; nil when nobody says.
  package func isClean(_ row: Int) -> Bool? {
    switch self {
    case .unknown: nil
    case .cleanFirst(let count): row < count
    case .rows(let flags): row < flags.count && flags[row]
    case .adversarial: false
    case .clean: true
    }
  }

  /// How many of `rows` rows are clean; nil when nobody says.
  package func cleanRows(of rows: Int) -> Int? {
    switch self {
    case .unknown: nil
    case .cleanFirst(let count): min(max(count, 0), rows)
    case .rows(let flags): flags.prefix(rows).count { $0 }
    case .adversarial: 0
    case .clean: rows
    }
  }

  /// Rows of both kinds, and which they are.
  package func areBoth(of rows: Int) -> Bool { cleanRows(of: rows).map { $0 > 0 && $0 < rows } ?? false }
}

/// Which rows of a batch a set of statistics works on.
enum RowSelection: Sendable {
  /// All rows, whatever their domains.
  case all
  /// The clean rows.
  case clean
  /// The adversarial rows.
  case adversarial

  /// Whether it has the rows of a domain; nil: nobody says which one they are of.
  func has(clean isClean: Bool?) -> Bool {
    switch self {
    case .all: true
    case .clean: isClean == true
    case .adversarial: isClean == false
    }
  }
}

/// Which of the two sets of statistics norms use where no row's domain is known: attacks and evaluation.
/// docs/algorithms.md §9.3, §10.
package enum Branch: String, Sendable, Hashable, CaseIterable, Codable {
  /// Dual norms infer the posterior of every pixel; split norms, which cannot, use the clean set.
  case posterior
  /// The clean set, as a plain BN.
  case clean
  /// The adversarial set, as a plain BN.
  case adversarial
}
