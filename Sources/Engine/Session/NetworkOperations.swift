/// The operations on the network that were asked for and are not done yet, in the order of asking.
struct NetworkOperations: Sendable, Hashable, Codable {
  private var waiting: [NetworkOperation] = []

  /// True when there is nothing to do.
  var isEmpty: Bool { waiting.isEmpty }

  /// Asks for an operation; one that is waiting already is done once.
  mutating func ask(for operation: NetworkOperation) {
    if !awaits(operation) { waiting.append(operation) }
  }

  /// True when this operation was asked for and is not done.
  func awaits(_ operation: NetworkOperation) -> Bool { waiting.contains(operation) }

  /// An operation that was begun and is not done is the first to do.
  mutating func putBack(_ operation: NetworkOperation) {
    waiting.removeAll { $0 == operation }
    waiting.insert(operation, at: 0)
  }

  /// True when running statistics are to be recomputed.
  var recalibrates: Bool { waiting.contains { $0 != .convert } }

  /// Takes the next operation off the list. Normalization that was changed and changed back needs no conversion:
  /// `needsConversion` is false then.
  mutating func next(needsConversion: Bool) -> NetworkOperation? {
    if !needsConversion { waiting.removeAll { $0 == .convert } }
    return waiting.isEmpty ? nil : waiting.removeFirst()
  }
}
