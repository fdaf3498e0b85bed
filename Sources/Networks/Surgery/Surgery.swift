import Tensors

extension Network {
  /// A new network of `target`, the same model with other norms, and the numbers of this one: weights, optimizer
  /// momentum, statistics. docs/algorithms.md §10.
  ///
  /// BN becomes two equal sets, so that the function in eval mode stays the same to the bit; two sets become one by the
  /// moments of their even mixture, μ = (μ_c + μ_a)/2, v = (v_c + v_a)/2 + (μ_c − μ_a)²/4; norms without running
  /// statistics hand over γ and β alone. What makes it another function is a warning each: without warnings it is the
  /// same. Throws `FileError` for norms that the model cannot have.
  package func converted(to target: ModelSettings) throws -> (network: Network, warnings: [SurgeryWarning]) {
    if let complaint = target.normComplaint { throw FileError(complaint) }
    guard let result = Network(target, pool: pool, convolution: convolution) else {
      throw FileError(
        "norm: no network '\(target.name)' is in the catalogue, so its normalization layers cannot be replaced")
    }
    result.memory.norms = memory.norms
    var notes = SurgeryNotes()
    let (own, other) = (TensorTable(self), TensorTable(result))
    for name in other.names where own.has(name) { other.copy(name, from: own) }
    let norms = normLayers, newNorms = result.normLayers
    for (norm, newNorm) in zip(norms, newNorms) {
      let before = NormNumbers(norm.name, own), after = NormNumbers(newNorm.name, other)
      notes.add(before, type(of: norm).kind, after, type(of: newNorm).kind)
      before.write(to: newNorm.name, other, channels: newNorm.input.shape.channels)
    }
    notes.addBiases(from: own, to: other, norms: Set(newNorms.map { $0.name }))
    result.parametersDidChange()
    return (result, notes.warnings)
  }

  /// What stands in the norm places, in their order.
  private var normLayers: [any NormLayer] { normLayers(in: layers) }

  private func normLayers(in layers: [any Layer]) -> [any NormLayer] {
    layers.flatMap { layer in (layer as? any NormLayer).map { [$0] } ?? normLayers(in: layer.children) }
  }

  /// Sets running statistics to the plain average over `batches` forward passes in train mode, the k-th counting 1/k.
  /// `batch` gives the images of each and their domains; two-set norms take every row into the set of its domain. It
  /// may use the network, but leaves the statistics as it finds them. Polls as `forward`.
  package func recalibrate(
    batches: Int, poll: () throws -> Void,
    _ batch: (Int) throws -> (images: UnsafePointer<Float>, count: Int, domains: Domains)
  ) rethrows {
    let momentum = statisticsMomentum
    defer { statisticsMomentum = momentum }
    for number in 0..<batches {
      let (images, count, domains) = try batch(number)
      statisticsMomentum = 1 / Float(number + 1)
      try forward(images, count: count, mode: .train, domains: domains, poll: poll)
    }
  }
}

/// The numbers of a network by name.
private struct TensorTable {
  private let network: Network
  private let byName: [String: NamedTensor]

  init(_ network: Network) {
    self.network = network
    byName = Dictionary(network.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  var names: [String] { network.tensors.map(\.name) }
  func has(_ name: String) -> Bool { byName[name] != nil }

  func read(_ name: String, momentum: Bool = false) -> [Float]? {
    guard let tensor = byName[name] else { return nil }
    let storage = storage(of: tensor, momentum)
    return (0..<tensor.count).map { storage.pointer[tensor.place($0)] }
  }

  func write(_ values: [Float], to name: String, momentum: Bool = false) {
    guard let tensor = byName[name] else { return }
    let storage = storage(of: tensor, momentum)
    for (element, value) in values.enumerated() { storage.pointer[tensor.place(element)] = value }
  }

  /// Value and momentum of a tensor of both networks; the layouts may differ.
  func copy(_ name: String, from other: TensorTable) {
    write(other.read(name) ?? [], to: name)
    if byName[name]?.isParameter == true { write(other.read(name, momentum: true) ?? [], to: name, momentum: true) }
  }

  private func storage(of tensor: NamedTensor, _ momentum: Bool) -> Storage {
    let memory = network.memory
    return tensor.isParameter ? momentum ? memory.momentum : memory.parameters : memory.buffers
  }
}

/// The numbers of one norm place: γ and β, once or per domain, and statistics: none, one set, or a clean and an
/// adversarial one.
private struct NormNumbers {
  struct Affine: Equatable {
    var weight: [Float], bias: [Float], weightMomentum: [Float], biasMomentum: [Float]
  }

  struct Statistics: Equatable {
    var mean: [Float], variance: [Float]
  }

  let affine: [Affine]
  let statistics: [Statistics]

  init(_ name: String, _ table: TensorTable) {
    affine = ["", "_adv"].compactMap { suffix in
      let weight = "\(name).weight\(suffix)", bias = "\(name).bias\(suffix)"
      guard let gamma = table.read(weight), let beta = table.read(bias) else { return nil }
      return Affine(
        weight: gamma, bias: beta, weightMomentum: table.read(weight, momentum: true) ?? [],
        biasMomentum: table.read(bias, momentum: true) ?? [])
    }
    statistics = ["", "_clean", "_adv"].compactMap { suffix in
      guard let mean = table.read("\(name).running_mean\(suffix)") else { return nil }
      return table.read("\(name).running_var\(suffix)").map { Statistics(mean: mean, variance: $0) }
    }
  }

  var setsAreEqual: Bool { statistics.first == statistics.last }
  var affinesAreEqual: Bool { affine.first == affine.last }

  /// Fills the tensors that place `name` has in another network.
  func write(to name: String, _ table: TensorTable, channels: Int) {
    let isSeparate = table.has("\(name).weight_adv")
    for (number, suffix) in ["", "_adv"].enumerated() where table.has("\(name).weight\(suffix)") {
      guard let values = isSeparate ? (number == 0 ? affine.first : affine.last) : mergedAffine else { continue }
      table.write(values.weight, to: "\(name).weight\(suffix)")
      table.write(values.bias, to: "\(name).bias\(suffix)")
      table.write(values.weightMomentum, to: "\(name).weight\(suffix)", momentum: true)
      table.write(values.biasMomentum, to: "\(name).bias\(suffix)", momentum: true)
    }
    if affine.isEmpty { table.write(Array(repeating: 1, count: channels), to: "\(name).weight") }
    if affine.isEmpty { table.write(Array(repeating: 1, count: channels), to: "\(name).weight_adv") }
    for (suffix, values) in [("", mergedStatistics), ("_clean", statistics.first), ("_adv", statistics.last)] {
      table.write(values?.mean ?? Array(repeating: 0, count: channels), to: "\(name).running_mean\(suffix)")
      table.write(values?.variance ?? Array(repeating: 1, count: channels), to: "\(name).running_var\(suffix)")
    }
  }

  /// The mean of both domains' γ and β.
  private var mergedAffine: Affine? {
    guard let own = affine.first, let other = affine.last, own != other else { return affine.first }
    func mean(_ part: KeyPath<Affine, [Float]>) -> [Float] {
      zip(own[keyPath: part], other[keyPath: part]).map { ($0 + $1) / 2 }
    }
    return Affine(
      weight: mean(\.weight), bias: mean(\.bias), weightMomentum: mean(\.weightMomentum),
      biasMomentum: mean(\.biasMomentum))
  }

  /// The moments of the even mixture of both sets.
  private var mergedStatistics: Statistics? {
    guard let own = statistics.first, let other = statistics.last, own != other else { return statistics.first }
    let mean = zip(own.mean, other.mean).map { ($0 + $1) / 2 }
    let variance = own.mean.indices.map { channel in
      let distance = own.mean[channel] - other.mean[channel]
      return (own.variance[channel] + other.variance[channel]) / 2 + distance * distance / 4
    }
    return Statistics(mean: mean, variance: variance)
  }
}

/// What a surgery changes, place after place.
private struct SurgeryNotes {
  private(set) var warnings: [SurgeryWarning] = []

  mutating func add(_ before: NormNumbers, _ kind: NormKind, _ after: NormNumbers, _ newKind: NormKind) {
    let hadStatistics = !before.statistics.isEmpty, hasStatistics = !after.statistics.isEmpty
    if before.affine.count > after.affine.count {
      let isMerged = !after.affine.isEmpty
      if !isMerged {
        warn("γ and β of norms are dropped: the function changes")
      } else if !before.affinesAreEqual {
        warn("γ and β of both domains are averaged: the function changes")
      }
    }
    if kind == newKind { return }
    switch (hadStatistics, hasStatistics) {
    case (true, true) where before.setsAreEqual: break
    case (true, true) where after.statistics.count == 1:
      warn("both sets of statistics become one, that of their mixture: the function changes", isCured: true)
    case (true, true): warn("the two sets are used in another way: the function changes")
    case (false, true):
      warn("there were no running statistics, they start at mean 0 and variance 1", isCured: true)
    case (_, false): warn("\(fate(before, after)) the function changes: train on")
    }
  }

  /// What becomes of γ and β where the new norm keeps no statistics. That they are dropped is said already.
  private func fate(_ before: NormNumbers, _ after: NormNumbers) -> String {
    switch (before.affine.isEmpty, after.affine.isEmpty) {
    case (false, false): "γ and β are copied, but"
    case (true, false): "γ starts at 1 and β at 0, and"
    case (_, true): "the norm is another, and"
    }
  }

  /// Biases of convolutions that one of the networks lacks; those of norms are no matter of theirs.
  mutating func addBiases(from own: TensorTable, to other: TensorTable, norms: Set<String>) {
    func lacking(_ table: TensorTable, in rest: TensorTable) -> Bool {
      table.names.contains { $0.hasSuffix(".bias") && !rest.has($0) && !norms.contains(String($0.dropLast(5))) }
    }
    if lacking(other, in: own) { warn("convolutions get biases, which start at 0") }
    if lacking(own, in: other) { warn("the biases of convolutions are dropped: the function changes") }
  }

  private mutating func warn(_ line: String, isCured: Bool = false) {
    let warning = SurgeryWarning(line, isCuredByRecalibration: isCured)
    if !warnings.contains(warning) { warnings.append(warning) }
  }
}
