import Networks
import Tensors

/// One layer on its own: planar values in, planar values out, forward and backward.
final class LayerHarness {
  private let builder: NetworkBuilder
  private let memory: NetworkMemory
  private let layer: any Layer
  private let input: Activation
  private let gradient: Activation
  private let inputGradient: Activation
  private let plan: ArenaPlan
  private let pool: ThreadPool
  private var workspace: Workspace
  /// What is known of the rows.
  var domains = Domains.unknown

  init(
    input shape: [Int], planar: Bool = false, threads: Int = 1, convolution: ConvolutionKind = .fast,
    _ make: (Activation, inout NetworkBuilder) -> any Layer
  ) {
    var builder = NetworkBuilder(convolution: convolution)
    input = Activation(keeping: Shape(shape[1], shape[2], shape[3]), planar: planar, &builder.plan)
    layer = make(input, &builder)
    var plan = builder.plan
    gradient = Activation(keeping: layer.output.shape, planar: layer.output.isPlanar, &plan)
    inputGradient = layer.planBackward(gradient, &plan)
    self.plan = plan
    self.builder = builder
    memory = NetworkMemory(builder)
    pool = ThreadPool(threads: threads)
    workspace = Workspace(plan: plan, capacity: shape[0])
    for tensor in builder.tensors {
      guard case .constant(let value) = tensor.initial else { continue }
      for element in 0..<tensor.count { storage(tensor).pointer[tensor.place(element)] = value }
    }
  }

  /// Floats of one image's output.
  var outputCount: Int { layer.output.shape.planarCount }

  /// How norms are told to behave.
  var norms: NormControls {
    get { memory.norms }
    set { memory.norms = newValue }
  }

  /// The layer, where it infers domains.
  var norm: (any PosteriorNorm)? { layer as? any PosteriorNorm }

  private func storage(_ tensor: NamedTensor) -> Storage { tensor.isParameter ? memory.parameters : memory.buffers }

  func set(_ name: String, _ values: [Float]) {
    for tensor in builder.tensors where tensor.name == name {
      for (index, value) in values.enumerated() { storage(tensor).pointer[tensor.place(index)] = value }
    }
  }

  func value(_ name: String) -> [Float] { read(name) { storage($0) } }
  func gradient(_ name: String) -> [Float] { read(name) { _ in memory.gradients } }

  private func read(_ name: String, _ storage: (NamedTensor) -> Storage) -> [Float] {
    guard let tensor = builder.tensors.first(where: { $0.name == name }) else { return [] }
    return (0..<tensor.count).map { storage(tensor).pointer[tensor.place($0)] }
  }

  private func pass(_ images: Int, _ mode: Mode, _ wanted: Wanted) -> Pass {
    let scratch = (0..<pool.threads).map { _ in Storage(count: layer.scratchCount) }
    let rows = BatchRows(), sums = SumMemory()
    rows.prepare(images, domains)
    sums.prepare(for: [layer], leaves: rows.leafCount, threads: pool.threads)
    return Pass(
      memory: memory, workspace: workspace, images: images, mode: mode, wanted: wanted, domains: domains, pool: pool,
      scratch: scratch, rows: rows, sums: sums)
  }

  func forward(_ x: [Float], mode: Mode = .eval) -> [Float] {
    let images = x.count / input.shape.planarCount
    let pass = pass(images, mode, [])
    write(x, input, pass)
    layer.prepareWeights(memory)
    layer.prepareStatistics(memory)
    layer.forward(pass)
    return read(layer.output, pass)
  }

  func backward(_ dy: [Float], mode: Mode = .eval, wanted: Wanted = [.input, .parameters]) -> [Float] {
    let pass = pass(dy.count / layer.output.shape.planarCount, mode, wanted)
    write(dy, gradient, pass)
    layer.backward(pass)
    return read(inputGradient, pass)
  }

  private func write(_ values: [Float], _ activation: Activation, _ pass: Pass) {
    if activation.isPlanar {
      pass.pointer(activation).update(from: values, count: values.count)
    } else {
      activation.shape.block(values, images: pass.images, into: pass.pointer(activation))
    }
  }

  private func read(_ activation: Activation, _ pass: Pass) -> [Float] {
    var values = [Float](repeating: 0, count: pass.images * activation.shape.planarCount)
    if activation.isPlanar {
      for index in values.indices { values[index] = pass.pointer(activation)[index] }
    } else {
      activation.shape.unblock(pass.pointer(activation), images: pass.images, into: &values)
    }
    return values
  }
}
