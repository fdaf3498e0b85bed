/// Where clean, PGD and strongly attacked images lie in the plane of a layer's two principal directions: the event
/// `scatter`, the paper's Fig. 1. docs/algorithms.md §11.3.
package struct ScatterReport: Sendable, Hashable, Codable {
  /// A point of the plane; `[x, y]` in JSON.
  package struct Point: Sendable, Hashable, Codable {
    /// Along the first principal direction.
    package var x: Float
    /// Along the second.
    package var y: Float

    package init(_ x: Float, _ y: Float) {
      self.x = x
      self.y = y
    }

    /// Reads two numbers.
    package init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      self.init(try pair.decode(Float.self), try pair.decode(Float.self))
    }

    /// Writes two numbers.
    package func encode(to encoder: any Encoder) throws {
      var pair = encoder.unkeyedContainer()
      try pair.encode(x)
      try pair.encode(y)
    }
  }

  /// The axes as they are drawn; they stay until the basis is fitted anew.
  package struct Axes: Sendable, Hashable, Codable {
    /// Ends of the first axis.
    package var left, right: Float
    /// Ends of the second.
    package var bottom, top: Float

    /// All ends.
    package init(left: Float, right: Float, bottom: Float, top: Float) {
      self.left = left
      self.right = right
      self.bottom = bottom
      self.top = top
    }
  }

  /// One norm layer.
  package struct Layer: Sendable, Hashable, Codable {
    /// Its name: `body.7`.
    package var name: String
    /// Share of the variance along the first and the second direction; where a direction is missing, 0.
    package var explained: [Double]
    /// The clean images.
    package var clean: [Point]
    /// The same images under PGD.
    package var pgd: [Point]
    /// The same images under the strong attack, as it returns them.
    package var strong: [Point]
    /// What the pane draws.
    package var axes: Axes
    /// The step at which the basis was fitted.
    package var fittedAt: Int

    package init(
      name: String, explained: [Double], clean: [Point], pgd: [Point], strong: [Point], axes: Axes, fittedAt: Int
    ) {
      self.name = name
      self.explained = explained
      self.clean = clean
      self.pgd = pgd
      self.strong = strong
      self.axes = axes
      self.fittedAt = fittedAt
    }
  }

  /// Steps done so far.
  package var step: Int
  /// The strong attack: `AutoAttack`, `quick`.
  package var strong: String
  /// In the order of the network.
  package var layers: [Layer]

  package init(step: Int, strong: String, layers: [Layer]) {
    self.step = step
    self.strong = strong
    self.layers = layers
  }
}
