/// An objective of the catalogue, by its name in the setting `objective`.
package struct ObjectiveKind: RawRepresentable, Hashable, Sendable, CaseIterable {
  /// The objective itself: everything that is known of it stands in its file.
  package let type: any Objective.Type

  package init(_ type: any Objective.Type) { self.type = type }

  /// The objective of that name; nil when the catalogue has none.
  package init?(rawValue: String) {
    guard let type = objectives.first(where: { $0.name == rawValue }) else { return nil }
    self.type = type
  }

  package static let mat = ObjectiveKind(MAT.self)
  package static let allCases = objectives.map { ObjectiveKind($0) }

  package var rawValue: String { type.name }
  package static func == (one: ObjectiveKind, other: ObjectiveKind) -> Bool { one.type == other.type }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }
}
