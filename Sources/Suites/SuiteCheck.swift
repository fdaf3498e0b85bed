import Datasets
import Networks
import Recipe

/// Why rows of a plan cannot be trained or measured, found before any of them is.
package struct SuiteRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which rows, the reason and its remedy, in one line.
  package let description: String
  /// True when the rows could be without what was given by hand.
  package let isByHand: Bool
}

extension SuitePlan {
  /// Asks of every row that `store` does not have whole what its training would ask at its start: settings that can be
  /// together, data that can be loaded, norms that its network can have. Throws `SuiteRefusal`.
  package func check(_ store: SuiteStore) throws {
    var sources: [DataSettings: Result<ImageKind, any Error>] = [:]
    func images(_ settings: Settings) throws -> ImageKind {
      // Rows that read the same files read them once.
      var key = settings.data
      (key.validationFraction, key.splitSeed) = (0, 0)
      let source = sources[key] ?? Result { ImageKind(try loadData(settings).train.images) }
      sources[key] = source
      return try source.get()
    }
    func complaint(_ settings: Settings) -> (reason: String, isOfData: Bool)? {
      if let conflict = settings.conflict { return ("\(conflict)", false) }
      do {
        _ = try ModelSettings(settings, images: images(settings))
        return nil
      } catch {
        return ("\(error)", error is DataError)
      }
    }
    let open = rows.filter { row in !row.runs.allSatisfy { store.isWhole($0.run, measurements) } }
    let refused = open.compactMap { row in complaint(row.settings).map { (row, $0) } }
    guard let (row, first) = refused.first else { return }
    let others = refused.count { $0.1.reason == first.reason } - 1
    throw SuiteRefusal(
      description: "row '\(row.label)'\(others > 0 ? " and \(others) more" : ""): \(first.reason)",
      isByHand: !first.isOfData && row.settings != row.written && complaint(row.written) == nil)
  }
}
