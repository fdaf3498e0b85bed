import CKernels
import Tensors

/// Batch normalization with optional ReLU behind it. docs/algorithms.md §8; Ioffe and Szegedy 2015.
///
///     y = γ·(x − μ)/√(v + ε) + β,   ε = 1e-5 unless a file or a person says otherwise
///
/// In train and batch mode μ and v are the mean and the biased variance over N·H·W of the batch; train mode also moves
/// the running statistics, R ← (1 − m)·R + m·batch, the variance unbiased. In eval mode the running statistics are
/// used.
package final class BatchNorm: NormLayer {
  package static let kindName = "bn"
  package static let hasStatistics = true
  package let name: String
  package let input: Activation
  package let output: Activation
  private let relu: Bool
  private let channels: Int
  private let weight: Int
  private let bias: Int
  private let runningMean: Int
  private let runningVariance: Int
  private var places: GradientPlaces?
  /// scale, offset, mean, 1/σ of the batch, for the backward pass in the same workspace.
  private let batch: CommonSlot
  /// The same of the running statistics.
  private let running: Storage
  /// slope and constant of the input's gradient.
  private let linear: CommonSlot
  private var sums: [Double] = []

  /// `name.weight`, `name.bias`, `name.running_mean`, `name.running_var`, each [channels].
  package convenience init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    let affine = builder.affine(name, input.shape), statistics = builder.statistics(name, input.shape)
    let output = Activation(keeping: input.shape, &builder.plan)
    self.init(name, input, output, relu: relu, affine: affine, statistics: statistics, &builder)
  }

  /// On tensors and an output that others may use too: one of the two sets of a dual or split norm.
  init(
    _ name: String, _ input: Activation, _ output: Activation, relu: Bool, affine: (weight: Int, bias: Int),
    statistics: (mean: Int, variance: Int), _ builder: inout NetworkBuilder
  ) {
    self.name = name
    self.relu = relu
    self.input = input
    self.output = output
    channels = input.shape.channels
    (weight, bias) = affine
    (runningMean, runningVariance) = statistics
    let room = input.shape.blocks * Shape.lanes
    batch = builder.plan.keepCommon(4 * room)
    linear = builder.plan.keepCommon(2 * room)
    running = Storage(count: 4 * room)
  }

  private var room: Int { input.shape.blocks * Shape.lanes }

  package func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan) {
    self.places = places
  }

  // MARK: forward

  package func forward(_ pass: Pass) { forward(pass, rows: .all) }

  /// For some of the rows; the others stay as they are and don't count.
  func forward(_ pass: Pass, rows: RowSelection) {
    let coefficients = coefficients(pass)
    if pass.mode != .eval { takeMoments(pass, rows: rows) }
    let shape = input.shape
    pass.eachChunk(of: rows) { _, images, _ in
      dl_scale_offset(
        pass.pointer(input, image: images.lowerBound), images.count, shape.blocks, shape.pixels, coefficients,
        coefficients + room, relu, pass.pointer(output, image: images.lowerBound))
    }
  }

  /// scale, offset, mean, 1/σ of the channels in this pass.
  func coefficients(_ pass: Pass) -> UnsafeMutablePointer<Float> {
    pass.mode == .eval ? running.pointer : pass.workspace.pointer(batch)
  }

  /// The same of the running statistics.
  var runningCoefficients: UnsafePointer<Float> { UnsafePointer(running.pointer) }

  /// The moments of the batch, the coefficients and, in train mode, the running statistics.
  func takeMoments(_ pass: Pass, rows: RowSelection) {
    let shape = input.shape
    sumLeaves(pass, BatchNorm.addMoments) { leaf, sums, shift in
      var images = 0
      pass.eachRun(ofLeaf: leaf, of: rows) { run in
        let x = pass.pointer(input, image: run.lowerBound)
        // The first pixel of every channel: near enough to the mean that no digits are lost to it.
        if images == 0 {
          for block in 0..<shape.blocks {
            (shift + block * Shape.lanes).update(from: x + block * shape.pixels * Shape.lanes, count: Shape.lanes)
          }
        }
        images += run.count
        dl_moment_sums(x, run.count, shape.blocks, shape.pixels, shift, sums)
      }
      BatchNorm.setMoments(sums, room, shift, count: images * shape.pixels)
    }
    let count = sums[2 * room], coefficients = pass.workspace.pointer(batch)
    for channel in 0..<channels {
      let (mean, squares) = total(channel), variance = squares / count
      setCoefficients(coefficients, channel, mean: mean, variance: variance, pass.memory)
      if pass.mode == .train {
        let statistics = pass.memory.buffers.pointer, m = pass.memory.norms.momentum
        let unbiased = count > 1 ? squares / (count - 1) : variance
        statistics[runningMean + channel] += m * (Float(mean) - statistics[runningMean + channel])
        statistics[runningVariance + channel] += m * (Float(unbiased) - statistics[runningVariance + channel])
      }
    }
  }

  private func setCoefficients(
    _ coefficients: UnsafeMutablePointer<Float>, _ channel: Int, mean: Double, variance: Double, _ memory: NetworkMemory
  ) {
    let inverse = 1 / (variance + memory.norms.epsilon).squareRoot()
    let scale = Double(memory.parameters.pointer[weight + channel]) * inverse
    coefficients[channel] = Float(scale)
    coefficients[room + channel] = Float(Double(memory.parameters.pointer[bias + channel]) - mean * scale)
    coefficients[2 * room + channel] = Float(mean)
    coefficients[3 * room + channel] = Float(inverse)
  }

  /// True when another set of statistics is the same, to the bit.
  func statisticsEqual(_ other: BatchNorm, _ memory: NetworkMemory) -> Bool {
    let statistics = memory.buffers.pointer
    return (0..<channels).allSatisfy {
      statistics[runningMean + $0] == statistics[other.runningMean + $0]
        && statistics[runningVariance + $0] == statistics[other.runningVariance + $0]
    }
  }

  package func prepareStatistics(_ memory: NetworkMemory) {
    let statistics = memory.buffers.pointer
    for channel in 0..<channels {
      setCoefficients(
        running.pointer, channel, mean: Double(statistics[runningMean + channel]),
        variance: Double(statistics[runningVariance + channel]), memory)
    }
  }

  // MARK: backward

  /// With û = (x − μ)/σ and g = dy where the ReLU was open: dβ = Σg, dγ = Σgû, and
  /// dx = (γ/σ)·(g − Σg/n − û·Σgû/n) for batch moments, dx = (γ/σ)·g for running ones.
  package func backward(_ pass: Pass) { backward(pass, rows: .all) }

  /// Of the rows that `forward` was called for; if `adding`, to the parameter gradients that are there.
  func backward(_ pass: Pass, rows: RowSelection, adding: Bool = false) {
    guard let places else { return }
    let shape = input.shape, coefficients = coefficients(pass)
    let slope = pass.workspace.pointer(linear), constant = slope + room
    let usesBatch = pass.mode != .eval
    if usesBatch || pass.wanted.contains(.parameters) {
      sumLeaves(pass, BatchNorm.add) { leaf, sums, _ in
        pass.eachRun(ofLeaf: leaf, of: rows) { run in
          dl_gradient_sums(
            pass.pointer(input, image: run.lowerBound), pass.pointer(places.output, image: run.lowerBound), run.count,
            shape.blocks, shape.pixels, coefficients, coefficients + room, coefficients + 2 * room, relu, sums)
        }
      }
    }
    let count = Double(pass.count(of: rows) * shape.pixels), gradients = pass.memory.gradients.pointer
    for channel in 0..<channels where usesBatch || pass.wanted.contains(.parameters) {
      let (sum, product) = total(channel)
      let inverse = Double(coefficients[3 * room + channel])
      if pass.wanted.contains(.parameters) {
        gradients[weight + channel] = Float(product * inverse) + (adding ? gradients[weight + channel] : 0)
        gradients[bias + channel] = Float(sum) + (adding ? gradients[bias + channel] : 0)
      }
      guard usesBatch else { continue }
      let scale = Double(coefficients[channel]), mean = Double(coefficients[2 * room + channel])
      let tilt = -scale * inverse * inverse * product / count
      slope[channel] = Float(tilt)
      constant[channel] = Float(-scale * sum / count - tilt * mean)
    }
    if !usesBatch { slope.update(repeating: 0, count: 2 * room) }
    pass.eachChunk(of: rows) { _, images, _ in
      dl_scale_gradient(
        pass.pointer(input, image: images.lowerBound), pass.pointer(places.output, image: images.lowerBound),
        images.count, shape.blocks, shape.pixels, coefficients, coefficients + room, slope, constant, relu,
        places.residual.map { UnsafePointer(pass.pointer($0, image: images.lowerBound)) },
        pass.pointer(places.input, image: images.lowerBound))
    }
  }

  /// γ and β: their gradients come from sums over the whole batch.
  package var wholeGradients: [Range<Int>] { [weight..<weight + room, bias..<bias + room] }

  /// Where none of the rows came this way.
  func clearGradients(_ memory: NetworkMemory) {
    (memory.gradients.pointer + weight).update(repeating: 0, count: channels)
    (memory.gradients.pointer + bias).update(repeating: 0, count: channels)
  }

  // MARK: sums over the batch

  /// Floats of scratch for a shift of the channels.
  package var scratchCount: Int { room }

  /// For every leaf two numbers a channel, `[leaf][block][2][16]`, and one of its own; `add` makes one of two leaves.
  /// `leaf` gets its number, its place, which is 0, and a worker's scratch.
  private func sumLeaves(
    _ pass: Pass, _ add: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void,
    _ leaf: (Int, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let stride = 2 * room + 1, count = pass.leaves * stride
    if sums.count < count { sums = Array(repeating: 0, count: count) }
    sums.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      base.update(repeating: 0, count: count)
      pass.eachLeaf { number, scratch in leaf(number, base + number * stride, scratch) }
      pass.addLeaves(base, stride: stride) { add($0, $1, room) }
    }
  }

  /// Adds plain sums.
  private static func add(_ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>, _ room: Int) {
    for index in 0...2 * room { left[index] += right[index] }
  }

  /// What were sums of x − shift and its square over `count` pixels becomes the mean and Σ(x − mean)².
  private static func setMoments(
    _ sums: UnsafeMutablePointer<Double>, _ room: Int, _ shift: UnsafePointer<Float>, count pixels: Int
  ) {
    let count = Double(pixels)
    sums[2 * room] = count
    guard pixels > 0 else { return }
    for channel in 0..<room {
      let place = place(channel), offset = sums[place] / count
      sums[place + Shape.lanes] = max(0, sums[place + Shape.lanes] - sums[place] * offset)
      sums[place] = Double(shift[channel]) + offset
    }
  }

  /// Means and sums of squared distances of two parts become those of both. Chan, Golub and LeVeque 1983.
  private static func addMoments(
    _ left: UnsafeMutablePointer<Double>, _ right: UnsafeMutablePointer<Double>, _ room: Int
  ) {
    let count = left[2 * room] + right[2 * room]
    guard right[2 * room] > 0 else { return }
    // Exactly 1 where the left part is empty, whose numbers are 0.
    let share = right[2 * room] / count, weight = left[2 * room] * share
    left[2 * room] = count
    for channel in 0..<room {
      let place = place(channel), distance = right[place] - left[place]
      left[place] += distance * share
      left[place + Shape.lanes] += right[place + Shape.lanes] + distance * distance * weight
    }
  }

  /// Where the first number of a channel stands in `[block][2][16]`.
  private static func place(_ channel: Int) -> Int { channel / Shape.lanes * 2 * Shape.lanes + channel % Shape.lanes }

  /// Both numbers of a channel, of the whole batch.
  private func total(_ channel: Int) -> (Double, Double) {
    let place = BatchNorm.place(channel)
    return (sums[place], sums[place + Shape.lanes])
  }
}

extension NormKind {
  package static let batch = NormKind(BatchNorm.self)
}
