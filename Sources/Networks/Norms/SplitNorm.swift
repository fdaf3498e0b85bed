import Tensors

/// A BN for each domain, with optional ReLU: p of dual BN forced to the truth (Xie and Yuille 2020). docs/algorithms.md
/// §10.
///
/// Rows go to the set of their domain, in every mode. Where nobody knows the domain, in attacks and at test time, all
/// go to the set that `Branch` names.
package final class SplitNorm: NormLayer {
  package static let kindName = "split"
  package static let hasTwoSets = true
  package static let affines = [NormAffine.shared, .separate]

  package let name: String
  package let input: Activation
  package let output: Activation
  private let clean: BatchNorm
  private let adversarial: BatchNorm
  private let sharesAffine: Bool

  /// Statistics named as in `DualNorm`; `name.weight` and `name.bias` for both domains or, with `separate` affine, for
  /// the clean one, and `name.weight_adv`, `name.bias_adv` for the other.
  package init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    self.name = name
    self.input = input
    sharesAffine = affine != .separate
    output = Activation(keeping: input.shape, &builder.plan)
    let own = builder.affine(name, input.shape)
    let other = sharesAffine ? own : builder.affine(name, input.shape, suffix: "_adv")
    let sets = ["_clean", "_adv"].map { builder.statistics(name, input.shape, suffix: $0) }
    clean = BatchNorm(name, input, output, relu: relu, affine: own, statistics: sets[0], &builder)
    adversarial = BatchNorm(name, input, output, relu: relu, affine: other, statistics: sets[1], &builder)
  }

  package var wholeGradients: [Range<Int>] { clean.wholeGradients + adversarial.wholeGradients }

  package var scratchCount: Int { max(clean.scratchCount, adversarial.scratchCount) }

  package func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan) {
    clean.planBackward(places, &plan)
    adversarial.planBackward(places, &plan)
  }

  package func prepareStatistics(_ memory: NetworkMemory) {
    clean.prepareStatistics(memory)
    adversarial.prepareStatistics(memory)
  }

  /// The set of all rows, and the one that none goes to; nil when there are rows of both.
  private func only(_ pass: Pass) -> (used: BatchNorm, idle: BatchNorm)? {
    let isAdversarial: Bool
    switch pass.allCleanRows {
    case nil: isAdversarial = pass.memory.norms.branch == .adversarial
    case pass.allRows: isAdversarial = false
    case 0: isAdversarial = true
    default: return nil
    }
    return isAdversarial ? (adversarial, clean) : (clean, adversarial)
  }

  package func forward(_ pass: Pass) {
    if let only = only(pass) { return only.used.forward(pass) }
    clean.forward(pass, rows: .clean)
    adversarial.forward(pass, rows: .adversarial)
  }

  package func backward(_ pass: Pass) {
    guard let only = only(pass) else {
      clean.backward(pass, rows: .clean)
      adversarial.backward(pass, rows: .adversarial, adding: sharesAffine)
      return
    }
    only.used.backward(pass)
    if !sharesAffine, pass.wanted.contains(.parameters) { only.idle.clearGradients(pass.memory) }
  }
}

extension NormKind {
  package static let split = NormKind(SplitNorm.self)
}
