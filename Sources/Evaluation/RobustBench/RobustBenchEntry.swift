import Attacks
import Networks
import Spelling

/// An entry of the RobustBench leaderboard (Croce et al. 2021): which network its file holds, and what was published
/// about it. github.com/RobustBench/robustbench: the network from `robustbench/model_zoo`, the numbers from
/// `model_info`.
package struct RobustBenchEntry: Sendable {
  /// A data set of the leaderboard. Raw values are those of RobustBench, and of `--data` where there is one.
  package enum DataSet: String, Sendable, CaseIterable {
    case cifar10, cifar100, imagenet

    /// Classes of its networks.
    package var classes: Int {
      switch self {
      case .cifar10: 10
      case .cifar100: 100
      case .imagenet: 1000
      }
    }
  }

  /// A network of the catalogue: its name, and the settings that say which one.
  package struct Network: Sendable {
    package let model: String
    package let settings: [String: String]

    static func wide(_ depth: Int, _ widen: Int) -> Network {
      Network(
        model: "wide-resnet",
        settings: ["depth": "\(depth)", "widen": "\(widen)", "activation": "relu", "shortcut": "activated"])
    }

    static func deepMindWide(_ depth: Int, _ widen: Int) -> Network {
      Network(
        model: "wide-resnet-deepmind", settings: ["depth": "\(depth)", "widen": "\(widen)", "activation": "silu"])
    }

    static let deepMindPreAct18 = Network(model: "preact-resnet18-deepmind", settings: ["activation": "silu"])

    static func preAct18(finalNorm: Bool, shortcut: ShortcutSource) -> Network {
      Network(
        model: "preact-resnet18",
        settings: ["final_norm": "\(finalNorm)", "shortcut": shortcut.rawValue, "activation": "relu"])
    }

    static let cifarResNet18 = Network(model: "resnet18-cifar", settings: [:])
    static let cifarResNet50 = Network(model: "resnet50-cifar", settings: [:])
    static let resNet18 = Network(model: "resnet18", settings: [:])

    /// torchvision's; its name for the inner channels of blocks of width 64.
    static func resNet50(widthPerGroup: Int) -> Network {
      Network(model: "resnet50", settings: ["width_per_group": "\(widthPerGroup)"])
    }
  }

  /// What an entry's network subtracts from images and divides them by, per channel.
  package struct Normalization: Sendable, Hashable {
    package let mean: [Float]
    package let std: [Float]

    static let none = Normalization(mean: [0, 0, 0], std: [1, 1, 1])
    /// 2x − 1.
    static let half = Normalization(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    static let cifar10 = Normalization(mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616])
    static let cifar10Exact = Normalization(
      mean: [0.4913997551666284, 0.48215855929893703, 0.4465309133731618],
      std: [0.24703225141799082, 0.24348516474564, 0.26158783926049628])
    static let cifar10Short = Normalization(mean: [0.491, 0.482, 0.447], std: [0.247, 0.243, 0.262])
    /// The widespread deviations of .2023, …, which are means over images.
    static let cifar10Batchwise = Normalization(mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.2010])
    static let cifar100 = Normalization(mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762])
    static let cifar100Exact = Normalization(
      mean: [0.5070751592371323, 0.48654887331495095, 0.4409178433670343],
      std: [0.2673342858792401, 0.2564384629170883, 0.27615047132568404])
    static let cifar100Batchwise = Normalization(mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761])
    static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
  }

  /// Its name there: `Rice2020Overfitting`. Several data sets and norms may have an entry of one name.
  package let name: String
  package let data: DataSet
  package let norm: BallNorm
  /// The radius as published: `8/255`.
  package let eps: String
  package let network: Network
  package let normalization: Normalization
  /// Published accuracies in percent.
  package let clean: Double
  package let autoAttack: Double
  /// The best known robust accuracy, where another attack is better than AutoAttack.
  package let best: Double?
  /// The dictionary of the file with the weights of the entry, where it has several.
  package let key: String?

  init(
    _ name: String, _ data: DataSet, _ norm: BallNorm, _ eps: String, _ network: Network,
    _ normalization: Normalization,
    clean: Double, autoAttack: Double, best: Double? = nil, key: String? = nil
  ) {
    (self.name, self.data, self.norm, self.eps) = (name, data, norm, eps)
    (self.network, self.normalization) = (network, normalization)
    (self.clean, self.autoAttack, self.best, self.key) = (clean, autoAttack, best, key)
  }

  /// The name that no other entry has: `cifar10/Linf/Rice2020Overfitting`.
  package var fullName: String { "\(data.rawValue)/\(norm == .linf ? "Linf" : "L2")/\(name)" }

  /// Where the published numbers stand.
  package var source: String { "RobustBench, model_info/\(fullName).json" }

  /// The network in a few words: `wide-resnet 34-20`.
  package var title: String {
    let texts = network.settings
    let sizes = ["depth", "widen", "width_per_group"].compactMap { texts[$0] }.filter { $0 != "64" }
    let shortcut = texts["shortcut"] == "raw" ? ["raw shortcut"] : []
    let final = texts["final_norm"] == "true" ? ["final norm"] : []
    let size = sizes.isEmpty ? [] : [sizes.joined(separator: "-")]
    return ([network.model] + size + shortcut + final).joined(separator: " ")
  }

  /// The normalization of a file that says none.
  package var usual: UsualNormalization {
    UsualNormalization(title: "RobustBench's \(name)", mean: normalization.mean, deviation: normalization.std)
  }

  /// The settings that the tensors of a file must agree with anyway.
  private static let told: Set<String> = ["ignore", "width", "input", "size", "channels"]

  /// True when a setting of an import makes it another network than the entry's.
  package func isChanged(_ setting: String, to value: String) -> Bool {
    switch setting {
    case "key": return key != nil && key != value
    case "mean", "std":
      let own = setting == "mean" ? normalization.mean : normalization.std
      let values = (Fraction.parseList(value.filter { !"[]() ".contains($0) }) ?? []).map { Float($0) }
      return !(values == own || values.count == 1 && own.allSatisfy { $0 == values[0] })
    default: return !Self.told.contains(setting) && settings[setting]?.lowercased() != value.lowercased()
    }
  }

  /// The settings of an import, as texts: architecture, variant and classes.
  package var settings: [String: String] {
    var texts = network.settings
    texts["model"] = network.model
    texts["classes"] = "\(data.classes)"
    texts["key"] = key
    return texts
  }
}

extension RobustBenchEntry {
  /// The entry that a person means: a name, or a full name. Of several of one name that of `data` and `norm`, where
  /// they are given; otherwise CIFAR-10 before the others and ℓ∞ before ℓ2, as RobustBench does it. Throws
  /// `SettingError` with the nearest names.
  package static func named(_ text: String, data: String? = nil, norm: BallNorm? = nil) throws -> RobustBenchEntry {
    let isMeant = { (name: String) in name.lowercased() == text.lowercased() }
    if let entry = robustBenchEntries.first(where: { isMeant($0.fullName) }) { return entry }
    let all = robustBenchEntries.filter { isMeant($0.name) }
    let known = data.flatMap { DataSet(rawValue: $0) }
    let fitting = all.filter { (known == nil || $0.data == known) && (norm == nil || $0.norm == norm) }
    if let entry = fitting.first { return entry }
    if !all.isEmpty {
      let there = all.map(\.fullName).joined(separator: ", ")
      throw SettingError("--robustbench \(text): no such entry for these images and this norm; there: \(there)")
    }
    throw SettingError("--robustbench \(text): \(suggestion(text))")
  }

  /// The three nearest names.
  private static func suggestion(_ text: String) -> String {
    let names = Set(robustBenchEntries.map(\.name)), near = nearestNames(to: text, in: names.sorted(), count: 3)
    let others = "'dualab models robustbench' lists the \(robustBenchEntries.count) entries whose network is built in"
    guard !near.isEmpty else { return "no such entry; " + others }
    return "no such entry; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))? " + others
  }
}
