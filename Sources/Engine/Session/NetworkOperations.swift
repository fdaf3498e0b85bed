/// The operations on the network that were asked for and are not done yet, in the order of asking.
struct NetworkOperations: Sendable, Hashable, Codable {
  private var waiting: [NetworkOperation] = []

  /// True when there is nothing to do.
  var isEmpty: Bool { waiting.isEmpty }

  /// Asks for an operation; one that is waiting already is done once.
  mutating func ask(for operation: NetworkOperation) {
    if !waiting.contains(operation) { waiting.append(operation) }
  }

  /// Takes the next operation off the list. Normalization that was changed and changed back needs no conversion:
  /// `needsConversion` is false then.
  mutating func next(needsConversion: Bool) -> NetworkOperation? {
    if !needsConversion { waiting.removeAll { $0 == .convert } }
    return waiting.isEmpty ? nil : waiting.removeFirst()
  }
}
