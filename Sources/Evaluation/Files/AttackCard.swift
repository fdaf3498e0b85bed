import Attacks
import Datasets
import Networks
import Tensors

/// The protocol card: everything that a verdict depends on, and what computed it. Its keys are those of the JSON file.
package struct AttackCard: Codable, Hashable {
  package var program: String
  package var norm: BallNorm
  package var eps: Double
  package var suite: AttackSuite
  package var individual: Bool
  package var seed: UInt32
  /// Cheap attacks on the first images check the result.
  package var checks: Bool
  /// What counts as broken: AutoAttack's rule.
  package var rule: String
  package var model: String
  package var width: Int
  package var classes: Int
  package var input: [Int]
  package var finalNorm: Bool
  /// The activation and the shortcut's source of a network that has others than most; nil otherwise.
  package var activation: String?
  package var shortcut: String?
  /// The network's normalization layers; nil for BN.
  package var norms: String?
  /// The statistics that layers with two sets use.
  package var branch: String?
  /// τ of dual BN.
  package var temperature: Double?
  package var mean: [Float]
  package var std: [Float]
  package var options: [String: Double]
  package var weights: String
  /// Digest of all parameters and running statistics.
  package var weightsDigest: String
  package var data: String
  package var images: Int
  /// Digest of pixels, labels and indices.
  package var dataDigest: String
  package var threads: Int
  package var kernels: String
  /// How 3×3 convolutions are computed; nil in files of earlier versions.
  package var convolution: String?
  /// What computed some of the verdicts before the evaluation was resumed, where that were other kernels, another
  /// convolution or another version; nil where all verdicts are of one kind.
  package var earlier: [Provenance]?
  /// What RobustBench published about this network; nil for others.
  package var robustBench: Published?

  /// Published accuracies in percent.
  package struct Published: Codable, Hashable {
    /// `cifar10/Linf/Rice2020Overfitting`.
    package var entry: String
    package var norm: BallNorm
    /// As published: `8/255`.
    package var eps: String
    package var clean: Double
    package var autoAttack: Double
    /// The lowest known robust accuracy, where another attack found less than AutoAttack.
    package var best: Double?
    package var source: String

    enum CodingKeys: String, CodingKey {
      case entry, norm, eps, clean, best, source
      case autoAttack = "autoattack"
    }

    /// What is known of an entry.
    package init(_ entry: RobustBenchEntry) {
      (self.entry, norm, eps) = (entry.fullName, entry.norm, entry.eps)
      (clean, autoAttack, best, source) = (entry.clean, entry.autoAttack, entry.best, entry.source)
    }
  }

  enum CodingKeys: String, CodingKey {
    case program, norm, eps, suite, individual, seed, checks, rule, model, width, classes, input, mean, std, options,
      weights
    case data, images, threads, kernels, convolution, earlier, norms, branch, temperature, activation, shortcut
    case finalNorm = "final_norm"
    case weightsDigest = "weights_digest"
    case dataDigest = "data_digest"
    case robustBench = "robustbench"
  }

  /// The card of an evaluation by `program`, of the network in the file `weights`.
  package init(
    program: String, settings: EvaluationSettings, network: Network, weights: String, images: LabeledImages,
    threads: Int
  ) {
    self.program = program
    norm = settings.norm
    eps = settings.epsilon
    suite = settings.suite
    individual = settings.individual
    seed = settings.seed
    checks = settings.compares
    rule = "eval mode; broken: misclassified at the returned point, in ball and box; accuracies over all images"
    let model = network.settings
    self.model = model.name
    width = model.width
    classes = model.classes
    input = [model.input.channels, model.input.height, model.input.width]
    finalNorm = model.finalNorm
    activation = model.activation == .relu ? nil : model.activation.rawValue
    shortcut = model.shortcut == .activated ? nil : model.shortcut.rawValue
    norms = model.norm == .batch ? nil : "\(model.norm.rawValue), \(model.normLayers), \(model.normAffine.rawValue)"
    branch = model.norm.hasTwoSets ? network.branch.rawValue : nil
    temperature = model.norm.infersDomains ? network.dual.temperature : nil
    mean = model.mean
    std = model.deviation
    options = model.options
    self.weights = weights
    weightsDigest = network.digest
    data = images.source
    self.images = images.count
    dataDigest = images.digest
    self.threads = threads
    kernels = KernelVariant.current
    convolution = ConvolutionKind.fromEnvironment.rawValue
  }

  /// The settings of the evaluation.
  package var settings: EvaluationSettings {
    EvaluationSettings(
      norm: norm, epsilon: eps, suite: suite, individual: individual, seed: seed, compares: checks)
  }

  /// What the bits of the verdicts depend on.
  package var provenance: Provenance {
    Provenance(
      version: program.split(separator: " ").last.map(String.init) ?? program, kernels: kernels,
      convolution: convolution ?? ConvolutionKind.fromEnvironment.rawValue)
  }

  /// This card for an evaluation that continues one under `former`.
  package func continuing(_ former: AttackCard) -> AttackCard { combined(with: [former]) }

  /// This card for verdicts of which some were computed under `others`.
  func combined(with cards: [AttackCard]) -> AttackCard {
    var result = self
    var others: [Provenance] = []
    for one in cards.flatMap({ ($0.earlier ?? []) + [$0.provenance] }) where one != provenance && !others.contains(one)
    {
      others.append(one)
    }
    result.earlier = others.isEmpty ? nil : others
    return result
  }

  /// What differs, so that an evaluation under `other` can't continue this one; nil if it can.
  package func difference(from other: AttackCard) -> String? {
    let parts: [(String, Bool)] = [
      ("--norm", norm != other.norm), ("--eps", eps != other.eps), ("--attack", suite != other.suite),
      ("--individual", individual != other.individual), ("--seed", seed != other.seed),
      ("--checks", checks != other.checks),
      ("the number of images", images != other.images), ("the images", dataDigest != other.dataDigest),
      ("--branch", branch != other.branch), ("the weights", weightsDigest != other.weightsDigest),
      (
        "the network's settings",
        model != other.model || mean != other.mean || std != other.std || options != other.options
          || finalNorm != other.finalNorm || input != other.input || norms != other.norms
          || temperature != other.temperature || activation != other.activation || shortcut != other.shortcut
      ),
    ]
    let names = parts.filter(\.1).map(\.0)
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }
}

extension Network {
  /// A digest of all parameters and running statistics.
  fileprivate var digest: String {
    var digest = Digest()
    for storage in [memory.parameters, memory.buffers] { digest.add(storage.buffer) }
    return digest.text
  }
}
