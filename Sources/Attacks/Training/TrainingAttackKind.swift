/// An attack on training images, by its name in the setting `attack`.
package struct TrainingAttackKind: RawRepresentable, Hashable, Sendable, CaseIterable {
  /// The attack. Its own file says what is known of it.
  package let type: any Attack.Type

  package init(_ type: any Attack.Type) { self.type = type }

  /// The attack of that name; nil when the catalogue has none.
  package init?(rawValue: String) {
    guard let type = attacks.first(where: { $0.name == rawValue }) else { return nil }
    self.type = type
  }

  package static let allCases = attacks.map { TrainingAttackKind($0) }
  package static let pgd = TrainingAttackKind(PGD.self)

  package var rawValue: String { type.name }
  package static func == (one: TrainingAttackKind, other: TrainingAttackKind) -> Bool { one.type == other.type }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(type)) }
}

/// What the settings say about the attack on training images. Each attack reads what applies to it.
package struct TrainingAttackSettings: Sendable, Hashable {
  /// Norm of the ball.
  package var norm: BallNorm
  /// Radius of the ball.
  package var epsilon: Float
  /// Step size.
  package var stepSize: Float
  /// Iterations.
  package var steps: Int
  /// Where the iteration starts.
  package var start: PGD.Start

  package init(norm: BallNorm, epsilon: Float, stepSize: Float, steps: Int, start: PGD.Start) {
    self.norm = norm
    self.epsilon = epsilon
    self.stepSize = stepSize
    self.steps = steps
    self.start = start
  }
}
