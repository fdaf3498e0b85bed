import Attacks
import Networks
import Tensors

/// The inputs of one normalization layer for clean, PGD and AutoAttack images, drawn in one plane: the paper's Fig. 1.
/// docs/algorithms.md §11.3. One basis is fitted on the union, so that the three clouds share their axes.
package struct DomainScatter: Sendable, Hashable {
  /// The layer's name.
  package let layer: String
  /// Where the clean images lie.
  package let clean: [PrincipalPlane.Point]
  /// Where the PGD images lie, in the same order.
  package let pgd: [PrincipalPlane.Point]
  /// Where the AutoAttack images lie, in the same order.
  package let aa: [PrincipalPlane.Point]
  /// Share of the total variance along the two principal directions.
  package let explainedRatio: [Double]

  /// Of layer `layer` (a position in `normPlaces`), for three sets of `count` images [count][C][H][W]. `previous` is
  /// the same picture of an earlier moment, to whose axes these are turned. Throws `EvaluationError` when the inputs
  /// have no principal plane, and what `poll` throws.
  package init(
    _ network: Network, layer: Int, _ images: DomainImages, count: Int, previous: DomainScatter? = nil,
    poll: () throws -> Void = {}
  ) throws {
    var points: [Float] = []
    for set in [images.clean, images.pgd, images.aa] {
      points += try network.normInputs(ofLayer: layer, set, count: count, poll: poll)
    }
    let name = network.normPlaces[layer].name
    var plane: PrincipalPlane
    do { plane = try PrincipalPlane(points, count: 3 * count) } catch {
      throw EvaluationError("inputs of layer \(name): \(error)")
    }
    if let previous { plane.align(to: previous.clean + previous.pgd + previous.aa) }
    self.layer = name
    clean = Array(plane.scores[..<count])
    pgd = Array(plane.scores[count..<2 * count])
    aa = Array(plane.scores[(2 * count)...])
    explainedRatio = plane.explainedRatio
  }
}

extension Network {
  /// The inputs of normalization layer `layer` for images [count][C][H][W] in eval mode, flattened: [count][c·h·w].
  package func normInputs(
    ofLayer layer: Int, _ images: UnsafePointer<Float>, count: Int, poll: () throws -> Void = {}
  ) throws -> [Float] {
    let width = normPlaces[layer].shape.planarCount, pixels = settings.input.planarCount
    let result = Storage(count: count * width)
    for first in stride(from: 0, to: count, by: 64) {
      try poll()
      eachNormInput(images + first * pixels, count: min(64, count - first)) { place, image, input in
        if place == layer { input.copy(to: result.pointer + (first + image) * width) }
      }
    }
    return Array(result.buffer)
  }
}
