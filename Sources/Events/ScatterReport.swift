/// Where clean, PGD and strongly attacked images lie in the plane of a layer's two principal directions: the event
/// `scatter`, the paper's Fig. 1. ALGORITHMS §11.3.
public struct ScatterReport: Sendable, Hashable, Codable {
  /// A point of the plane; `[x, y]` in JSON.
  public struct Point: Sendable, Hashable, Codable {
    /// Along the first principal direction.
    public var x: Float
    /// Along the second.
    public var y: Float

    /// Both.
    public init(_ x: Float, _ y: Float) {
      self.x = x
      self.y = y
    }

    /// Reads two numbers.
    public init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      self.init(try pair.decode(Float.self), try pair.decode(Float.self))
    }

    /// Writes two numbers.
    public func encode(to encoder: any Encoder) throws {
      var pair = encoder.unkeyedContainer()
      try pair.encode(x)
      try pair.encode(y)
    }
  }

  /// The axes as they are drawn; they stay until the basis is fitted anew.
  public struct Axes: Sendable, Hashable, Codable {
    /// Ends of the first axis.
    public var left, right: Float
    /// Ends of the second.
    public var bottom, top: Float

    /// All ends.
    public init(left: Float, right: Float, bottom: Float, top: Float) {
      self.left = left
      self.right = right
      self.bottom = bottom
      self.top = top
    }
  }

  /// One norm layer.
  public struct Layer: Sendable, Hashable, Codable {
    /// Its name: `body.7`.
    public var name: String
    /// Share of the variance along the first and the second direction; where a direction is missing, 0.
    public var explained: [Double]
    /// The clean images.
    public var clean: [Point]
    /// The same images under PGD.
    public var pgd: [Point]
    /// The same images under the strong attack, as it returns them.
    public var strong: [Point]
    /// What the pane draws.
    public var axes: Axes
    /// The step at which the basis was fitted.
    public var fittedAt: Int

    /// All parts.
    public init(
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
  public var step: Int
  /// The strong attack: `AutoAttack`, `quick`.
  public var strong: String
  /// In the order of the network.
  public var layers: [Layer]

  /// All parts.
  public init(step: Int, strong: String, layers: [Layer]) {
    self.step = step
    self.strong = strong
    self.layers = layers
  }
}
