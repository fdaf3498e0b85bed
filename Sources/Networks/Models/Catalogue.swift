import Spelling
import Tensors

/// A network architecture.
package protocol Model: Sendable, SendableMetatype {
  /// The name in presets and on the command line.
  static var name: String { get }
  /// One line for `dualab models list`.
  static var summary: String { get }
  /// Whose programs name the tensors in this way, in a word or two.
  static var origin: String { get }
  /// The width that it usually has.
  static var usualWidth: Int { get }
  /// Settings that only this model has: `final_norm`.
  static var ownSettings: [String] { get }
  /// Sizes that only this model has, from the shapes of a file's tensors (empty for one that is not there).
  static func options(_ shape: (String) -> [Int]) -> [String: Double]
  /// What follows its normalization layers where nobody says.
  static var usualActivation: ActivationKind { get }
  /// What programs with this model subtract from and divide images by inside of it, without a trace in their files; nil
  /// for those that leave it to others.
  static func usualNormalization(_ settings: ModelSettings) -> UsualNormalization?
  /// The steps of its convolutions where nobody says others; nil where nobody can.
  static func usualStrides(_ settings: ModelSettings) -> Strides?
  /// Makes the layers on the images `x`.
  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer]
}

extension Model {
  package static var usualWidth: Int { 64 }
  package static var usualActivation: ActivationKind { .relu }
  package static func usualNormalization(_ settings: ModelSettings) -> UsualNormalization? { nil }
  package static func usualStrides(_ settings: ModelSettings) -> Strides? { nil }
  package static var ownSettings: [String] { [] }
  package static func options(_ shape: (String) -> [Int]) -> [String: Double] { [:] }
}

/// The architectures, in the order of their listing.
package let models: [any Model.Type] = [
  Conv4.self, PreActMini.self, PreActResNet18.self, PreActResNet34.self, PreActResNet20.self, ResNet18.self,
  ResNet34.self, ResNet50.self, ResNet18CIFAR.self, ResNet34CIFAR.self, ResNet50CIFAR.self, WideResNet.self,
  WideResNetDeepMind.self, PreActResNet18DeepMind.self, PreActResNet34DeepMind.self, VGG11.self,
  VGG13.self, VGG16.self, VGG19.self, VGG11CIFAR.self, VGG13CIFAR.self, VGG16CIFAR.self, VGG19CIFAR.self,
  SmallCNN.self,
]

/// Layers one after another, each on the output of the one before.
package struct LayerStack {
  package private(set) var layers: [any Layer] = []
  private let input: Activation

  package init(_ input: Activation) { self.input = input }

  /// Where the next layer's input stands.
  package var output: Activation { layers.last?.output ?? input }

  package mutating func add(_ layer: any Layer) { layers.append(layer) }
}

extension ModelSettings {
  /// Channels of stage `stage` (from 0): twice those of the one before, unless a file's tensors have others.
  func stageWidth(_ stage: Int) -> Int { options["stage\(stage + 1)"].map { Int($0) } ?? width << stage }

  /// Unusual widths of stages, from the stem's weight and the first one of each stage's first block: what `options` of
  /// a model returns for them.
  static func stageWidths(
    _ stages: Int, stem: String = "conv1.weight", block: (Int) -> String = { "layer\($0 + 1).0.conv1.weight" },
    _ shape: (String) -> [Int]
  ) -> [String: Double] {
    guard let width = shape(stem).first, width > 0 else { return [:] }
    var options: [String: Double] = [:]
    for stage in 0..<stages {
      guard let channels = shape(block(stage)).first, channels > 0, channels != width << stage else { continue }
      options["stage\(stage + 1)"] = Double(channels)
    }
    return options
  }
}

/// An architecture of the catalogue, by its name in the setting `model`.
package struct ModelKind: RawRepresentable, Hashable, Sendable, CaseIterable {
  /// The architecture.
  package let model: any Model.Type

  package init(_ model: any Model.Type) { self.model = model }

  /// The architecture of that name; nil when the catalogue has none.
  package init?(rawValue: String) {
    guard let model = models.first(where: { $0.name == rawValue }) else { return nil }
    self.model = model
  }

  package static let allCases = models.map { ModelKind($0) }
  /// The settings that numbers behind a name state, in their order: those of `WRN-28-10`.
  package static let numbers = ["depth", "widen"]

  /// The architecture that a person means, and the settings that the name states; nil for no known name. Throws
  /// `SettingError` for numbers behind the name of a network that has none.
  package static func named(_ text: String) throws -> (kind: ModelKind, settings: [String: Int])? {
    guard let known = KnownName(text, in: models.map { $0.name }, numbers: numbers.count),
      let kind = ModelKind(rawValue: known.name)
    else { return nil }
    let stated = Array(zip(numbers, known.numbers))
    guard stated.allSatisfy({ kind.model.ownSettings.contains($0.0) }) else {
      throw SettingError("model \(text): \(known.name) takes no numbers; use \(known.name)")
    }
    return (kind, Dictionary(uniqueKeysWithValues: stated))
  }

  /// A network of that name in a heading, with its numbers: `wide-resnet 28-10`.
  package static func title(_ name: String, _ options: [String: Double]) -> String {
    let sizes = numbers.compactMap { options[$0] }.map { "\(Int(clamping: $0))" }
    return sizes.count == numbers.count ? "\(name) \(sizes.joined(separator: "-"))" : name
  }

  package static let conv4 = ModelKind(Conv4.self)

  package var rawValue: String { model.name }
  package static func == (one: ModelKind, other: ModelKind) -> Bool { one.model == other.model }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(model)) }
}

extension Int {
  /// The nearest whole number there is.
  fileprivate init(clamping value: Double) {
    self = value.isNaN ? 0 : Int(Swift.max(-1e15, Swift.min(1e15, value)).rounded())
  }
}

extension ModelSettings {
  /// The network in a heading: `wide-resnet 28-10`.
  package var title: String { ModelKind.title(name, options) }

  /// Bytes of parameters, gradients, momentum and a copy, known before anything is allocated.
  package var trainingBytes: Int {
    Network.neededTensors(self).reduce(0) { sum, tensor in
      let (bytes, overflows) = sum.addingReportingOverflow(
        AvailableMemory.product(tensor.shape + [4, MemoryLayout<Float>.stride]))
      return overflows ? .max : bytes
    }
  }
}

extension Network {
  /// A network of the catalogue with all numbers 0; nil when there is no model of that name.
  package convenience init?(
    _ settings: ModelSettings, pool: ThreadPool, convolution: ConvolutionKind = .fromEnvironment
  ) {
    guard let model = models.first(where: { $0.name == settings.name }) else { return nil }
    var builder = NetworkBuilder(settings, convolution: convolution)
    let input = Activation(keeping: settings.input, planar: true, &builder.plan)
    let layers = model.make(settings, input, &builder)
    self.init(settings, input: input, layers: layers, builder: builder, pool: pool)
  }

  /// The tensors that a network of the catalogue needs, without making it: sizes of a file may not be believed yet.
  package static func neededTensors(_ settings: ModelSettings) -> [NamedTensor] {
    guard let model = models.first(where: { $0.name == settings.name }) else { return [] }
    var builder = NetworkBuilder(settings)
    let input = Activation(keeping: settings.input, planar: true, &builder.plan)
    _ = model.make(settings, input, &builder)
    return builder.tensors
  }
}
