import Datasets
import Networks
import Recipe

/// Why rows of a plan cannot be trained or measured; found before any row is trained.
package struct SuiteRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// Which rows, why, and what to do, in one line.
  package let description: String
  /// True when `--set` caused it: without the overrides the rows would be fine.
  package let comesFromOverrides: Bool
}

extension SuitePlan {
  /// Checks each row that is not complete in `store` as its training would at the start: settings that go together,
  /// data that can be loaded, normalization layers that fit the network. Throws `SuiteRefusal`.
  package func check(_ store: SuiteStore) throws {
    var sources: [DataSettings: Result<ImageKind, any Error>] = [:]
    func images(_ settings: Settings) throws -> ImageKind {
      // Rows with the same data load it once.
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
    let open = rows.filter { row in !row.runs.allSatisfy { store.isComplete($0.run, measurements) } }
    let refused = open.compactMap { row in complaint(row.settings).map { (row, $0) } }
    guard let (row, first) = refused.first else { return }
    let others = refused.count { $0.1.reason == first.reason } - 1
    throw SuiteRefusal(
      description: "row '\(row.label)'\(others > 0 ? " and \(others) more" : ""): \(first.reason)",
      comesFromOverrides: !first.isOfData && row.settings != row.written && complaint(row.written) == nil)
  }
}
