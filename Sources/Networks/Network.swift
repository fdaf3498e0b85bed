import CKernels
import Tensors

/// Settings of a network that its weights do not tell: what a checkpoint's metadata adds to them.
package struct ModelSettings: Sendable, Hashable, Codable {
  /// The name in the catalogue: `conv4`.
  package var name: String
  /// The size of an image.
  package var input: Shape
  /// Classes.
  package var classes: Int
  /// Channels of the first layer; the others follow.
  package var width: Int
  /// BN-ReLU before the pooling, where the model has it as an option.
  package var finalNorm: Bool
  /// Input normalization per channel.
  package var mean: [Float]
  /// Input normalization per channel.
  package var deviation: [Float]
  /// What stands in the norm places.
  package var norm = NormKind.batch
  /// Which normalization layers a dual or split one replaces; the others are BN.
  package var normLayers = NormPlacement.stageEnds
  /// Whether norms have γ and β, and how many.
  package var normAffine = NormAffine.habitual
  /// What follows a normalization layer in pre-activation networks.
  package var activation: ActivationKind
  /// What the shortcut of a pre-activation block takes.
  package var shortcut = ShortcutSource.activated
  /// Numbers that only some models know, such as `logit_scale`.
  package var options: [String: Double] = [:]

  /// All settings; one mean and deviation serve all channels.
  package init(
    name: String, input: Shape, classes: Int, width: Int, finalNorm: Bool = false, mean: Float = 0.5,
    deviation: Float = 0.25
  ) {
    self.name = name
    activation = models.first { $0.name == name }?.usualActivation ?? .relu
    self.input = input
    self.classes = classes
    self.width = width
    self.finalNorm = finalNorm
    self.mean = Array(repeating: mean, count: input.channels)
    self.deviation = Array(repeating: deviation, count: input.channels)
  }
}

/// A network: its layers, its numbers and the memory to run it.
///
/// Two ways to run it. A whole batch through every layer, shared out to the threads (`forward`, `backward`): training.
/// Or, in eval mode, few images at a time through the whole network, each thread its own (`Lane`): attacks. Both give
/// an image the same bits in eval mode, whatever else is in the batch.
package final class Network {
  /// What it is.
  package let settings: ModelSettings
  /// How its 3×3 convolutions are computed.
  package let convolution: ConvolutionKind
  package let memory: NetworkMemory
  package let tensors: [NamedTensor]
  let layers: [any Layer]
  let plan: ArenaPlan
  let input: Activation
  let inputGradient: Activation
  let logits: Activation
  let logitsGradient: Activation
  package let pool: ThreadPool
  let scratch: [Storage]
  private var slots: [WorkspaceSlot] = []
  private let sums = SumMemory()
  private var whole: WholeGradients?
  /// Which part of a batch the next whole-batch passes get; nil for all of it.
  package var part: BatchPart?
  /// The parameter gradients that a backward pass is to be added to; made at the first need.
  private var accumulated: Storage?
  private var weightsAreStale = true
  private var statisticsAreStale = true
  private(set) var lanes: [Lane] = []
  /// Grows with everything that goes through the network: as long as it stays the same, the slots hold what they held.
  package private(set) var passNumber = 0

  /// A network of `layers` made on `input` with `builder`. Every number is 0; see `initialize(seed:)`.
  package init(
    _ settings: ModelSettings, input: Activation, layers: [any Layer], builder: NetworkBuilder, pool: ThreadPool
  ) {
    precondition(!layers.isEmpty, "a network has layers")
    self.settings = settings
    convolution = builder.convolution
    self.layers = layers
    self.input = input
    self.pool = pool
    memory = NetworkMemory(builder)
    memory.norms.epsilon = settings.normEpsilon
    tensors = builder.tensors
    logits = layers[layers.count - 1].output
    var plan = builder.plan
    logitsGradient = Activation(keeping: logits.shape, planar: true, &plan)
    var gradient = logitsGradient
    for layer in layers.reversed() { gradient = layer.planBackward(gradient, &plan) }
    inputGradient = gradient
    self.plan = plan
    let scratchCount = layers.map(\.scratchCount).max() ?? 0
    scratch = (0..<pool.threads).map { _ in Storage(count: scratchCount) }
    slots = (0..<Network.slotCount).map { _ in WorkspaceSlot(workspace: Workspace(plan: plan, capacity: 0)) }
    lanes = (0..<pool.threads).map { Lane(self, number: $0, scratch: scratch[$0]) }
  }

  /// Classes.
  package var classes: Int { settings.classes }
  /// Threads that work for it, and lanes.
  package var threads: Int { pool.threads }
  /// Trained numbers, as PyTorch counts them.
  package var parameterCount: Int { tensors.filter(\.isParameter).reduce(0) { $0 + $1.count } }

  /// Arithmetic of one image's forward pass, two a multiplication, convolutions counted directly.
  package var forwardFLOPs: Double { convolutions(in: layers).reduce(0) { $0 + $1.flops } }
  /// The share of the first convolution, whose input gradient training does not need.
  package var firstLayerFLOPs: Double { convolutions(in: layers).first?.flops ?? 0 }

  /// The layers inside the blocks, so that no thread gets a whole block to prepare.
  private lazy var singleLayers = singleLayers(in: layers)

  private func singleLayers(in layers: [any Layer]) -> [any Layer] {
    layers.flatMap { layer in
      let children = layer.children
      return children.isEmpty ? [layer] : singleLayers(in: children)
    }
  }

  /// The norms that infer domains, in the order of the forward pass.
  package private(set) lazy var dualNorms = posteriorNorms(in: layers)

  private func posteriorNorms(in layers: [any Layer]) -> [any PosteriorNorm] {
    layers.flatMap { layer in (layer as? any PosteriorNorm).map { [$0] } ?? posteriorNorms(in: layer.children) }
  }

  private func convolutions(in layers: [any Layer]) -> [Convolution] {
    layers.flatMap { layer in (layer as? Convolution).map { [$0] } ?? convolutions(in: layer.children) }
  }

  // MARK: whole batches

  /// To be called when lanes start to work.
  func lanesStart() { passNumber += 1 }

  /// The memory of whole batches in slot 0.
  var batchMemory: Workspace { slots[0].workspace }

  /// How many forward passes may be alive before their backward passes.
  package static let slotCount = 3

  /// The memory of a whole batch's pass, and what the last forward in it was.
  private struct WorkspaceSlot {
    var workspace: Workspace
    var images = 0
    var mode = Mode.eval
    let rows = BatchRows()
  }

  /// Runs a batch. `images` [count][C][H][W] in [0, 1]; returns the logits [count][classes], valid until the next pass
  /// in the same slot. `domains` tells which rows are clean; only norms with two sets look at it. A slot below
  /// `slotCount` has its own memory, so that several forwards may be alive before their backwards.
  /// Calls `poll` before every layer; what it throws ends the pass, in train mode with some statistics moved already.
  @discardableResult
  package func forward(
    _ images: UnsafePointer<Float>, count: Int, mode: Mode, domains: Domains = .unknown, slot: Int = 0,
    poll: () throws -> Void
  ) rethrows -> UnsafePointer<Float> {
    precondition(slots.indices.contains(slot), "slots are 0 ..< \(Network.slotCount), got \(slot)")
    prepare()
    passNumber += 1
    if slots[slot].workspace.capacity < count {
      // First what is given back, then what is taken: the two are never there together.
      if slot == 0 { for lane in lanes { lane.release() } }
      slots[slot].workspace = Workspace(plan: plan, capacity: 0)
      slots[slot].workspace = Workspace(plan: plan, capacity: count)
    }
    slots[slot].images = count
    slots[slot].mode = mode
    slots[slot].rows.prepare(count, domains, part: part)
    let pass = pass(slot, wanted: [])
    pass.pointer(input).update(from: images, count: count * input.count)
    if mode == .train { statisticsAreStale = true }
    for layer in layers {
      try poll()
      layer.forward(pass)
    }
    return UnsafePointer(pass.pointer(logits))
  }

  /// The same without polls.
  @discardableResult
  package func forward(
    _ images: UnsafePointer<Float>, count: Int, mode: Mode, domains: Domains = .unknown, slot: Int = 0
  ) -> UnsafePointer<Float> {
    forward(images, count: count, mode: mode, domains: domains, slot: slot, poll: {})
  }

  /// Goes back through the last `forward` in `slot`. `cotangent` [count][classes] is the gradient of the loss with
  /// respect to the logits; where the forward pass knew both domains, dual norms add the gradient of λ·NLL. With
  /// `.parameters` the gradients replace the former ones or, if `accumulating`, are added to them; with `.input` the
  /// result is the gradient with respect to the images [count][C][H][W], valid until the next pass in the slot,
  /// otherwise it has no meaning. Polls as `forward`; after an error the parameter gradients have no meaning.
  @discardableResult
  package func backward(
    _ cotangent: UnsafePointer<Float>, wanted: Wanted, slot: Int = 0, accumulating: Bool = false,
    poll: () throws -> Void
  ) rethrows -> UnsafePointer<Float> {
    self.cotangent(slot: slot).update(from: cotangent, count: slots[slot].images * logits.count)
    return try backward(wanted: wanted, slot: slot, accumulating: accumulating, poll: poll)
  }

  /// Where the cotangent [count][classes] of the last `forward` in a slot stands: to be written before a `backward`
  /// that is given none.
  package func cotangent(slot: Int = 0) -> UnsafeMutablePointer<Float> {
    precondition(slots.indices.contains(slot), "slots are 0 ..< \(Network.slotCount), got \(slot)")
    return pass(slot, wanted: []).pointer(logitsGradient)
  }

  /// The same for the cotangent that stands in the slot.
  @discardableResult
  package func backward(
    wanted: Wanted, slot: Int = 0, accumulating: Bool = false, poll: () throws -> Void
  ) rethrows -> UnsafePointer<Float> {
    if wanted.contains(.parameters) {
      sums.prepare(for: layers, leaves: slots[slot].rows.leafCount, threads: pool.threads)
    }
    let adds = accumulating && wanted.contains(.parameters)
    if adds { keepGradients() }
    let pass = pass(slot, wanted: wanted)
    for layer in layers.reversed() {
      try poll()
      layer.backward(pass)
    }
    if wanted.contains(.parameters) { addPartialGradients(slots[slot].rows) }
    if adds { addKeptGradients() }
    return UnsafePointer(pass.pointer(inputGradient))
  }

  /// Adds what other processes have for their parts of the batch. Gradients that are whole already stay.
  private func addPartialGradients(_ rows: BatchRows) {
    guard let team = rows.team else { return }
    let gradients = memory.gradients, kept = whole ?? WholeGradients(layers)
    whole = kept
    kept.keep(gradients)
    team.add(gradients.pointer, count: gradients.count)
    kept.putBack(gradients)
  }

  private func keepGradients() {
    let kept = accumulated ?? Storage(count: memory.gradients.count)
    accumulated = kept
    kept.copy(from: memory.gradients)
  }

  private func addKeptGradients() {
    guard let accumulated else { return }
    dl_add(accumulated.pointer, accumulated.count, memory.gradients.pointer)
  }

  /// The same without polls.
  @discardableResult
  package func backward(
    _ cotangent: UnsafePointer<Float>, wanted: Wanted, slot: Int = 0, accumulating: Bool = false
  ) -> UnsafePointer<Float> {
    backward(cotangent, wanted: wanted, slot: slot, accumulating: accumulating, poll: {})
  }

  /// Bytes that a whole batch of `images` images takes in addition to the weights.
  package func batchBytes(images: Int) -> Int { plan.count * images * MemoryLayout<Float>.stride }

  /// What the last `forward` of a slot left of an activation, of one of its images.
  func pointer(_ activation: Activation, image: Int, slot: Int = 0) -> UnsafePointer<Float> {
    precondition(image < slots[slot].images, "image \(image) of a pass over \(slots[slot].images)")
    return UnsafePointer(slots[slot].workspace.pointer(activation.slot) + image * activation.count)
  }

  private func pass(_ slot: Int, wanted: Wanted) -> Pass {
    let slot = slots[slot]
    return Pass(
      memory: memory, workspace: slot.workspace, images: slot.images, mode: slot.mode, wanted: wanted,
      domains: slot.rows.domains, pool: pool, scratch: scratch, rows: slot.rows, sums: sums)
  }

  // MARK: keeping derived numbers in step

  /// To be called after parameters were changed.
  package func parametersDidChange() {
    weightsAreStale = true
    statisticsAreStale = true
  }

  /// To be called after running statistics were changed from outside.
  func statisticsDidChange() { statisticsAreStale = true }

  /// Packs weights and computes eval coefficients if they changed.
  func prepare() {
    if weightsAreStale {
      pool.run(tasks: singleLayers.count) { task, _ in singleLayers[task].prepareWeights(memory) }
      weightsAreStale = false
    }
    if statisticsAreStale {
      for layer in layers { layer.prepareStatistics(memory) }
      statisticsAreStale = false
    }
  }
}
