import Attacks
import Objectives

/// What a training step with the settings costs.
extension Settings {
  /// Forward and backward passes, counted per image, of a training step on `images` clean images.
  package func passesOfStep(images: Int) -> Int {
    let type = self[.objective].type
    guard type.rows != .clean else { return outerPasses(2 * images) }
    // An attack on KL first needs the clean predictions.
    let attack = images * (trainingAttack.passes + (type.innerLoss == .divergence ? 1 : 0))
    guard type.rows == .both else { return attack + outerPasses(2 * images) }
    return attack + outerPasses((self[.batching] == .seq3 ? 6 : 4) * images)
  }

  /// The passes that are trained on; awp makes them once more before, to find the perturbation of the weights.
  private func outerPasses(_ passes: Int) -> Int { self[.awp] > 0 ? 2 * passes : passes }

  /// Arithmetic of a training step on `images` clean images, two a multiplication: the attack needs a forward pass and
  /// one gradient for each image, what is trained on two gradients. docs/speed.md.
  package func flopsOfStep(images: Int, _ work: NetworkWork) -> Double {
    let all = passesOfStep(images: images), type = self[.objective].type
    let attack =
      type.rows == .clean ? 0 : images * (trainingAttack.passes + (type.innerLoss == .divergence ? 1 : 0))
    // Of each two passes that are trained on, the second has two gradients, except that of the input.
    let pairs = Double(all - attack) / 2
    return Double(attack) * work.forward + pairs * (3 * work.forward - work.firstLayer)
  }
}

/// Arithmetic of one image's forward pass through a network, two a multiplication, convolutions counted directly.
package struct NetworkWork: Sendable, Hashable, Codable {
  /// All of it.
  package var forward: Double
  /// That of the first convolution, whose input gradient training does not need.
  package var firstLayer: Double

  package init(forward: Double, firstLayer: Double) { (self.forward, self.firstLayer) = (forward, firstLayer) }
}
