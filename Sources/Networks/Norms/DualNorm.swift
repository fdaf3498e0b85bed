import CKernels
import Tensors

/// Dual batch normalization with optional ReLU: the paper's §5, eqs. 4 and 8–21; docs/algorithms.md §9.
///
///     u_d = (x − μ_d)/√(v_d + 1e-5)  for the clean and the adversarial set d
///     s = Σ_channels log(σ_a/σ_c) + ½·(u_a² − u_c²);  p = sigmoid(s/τ), of every pixel
///     y = γ·(p·u_c + (1 − p)·u_a) + β
///
/// A batch with rows of both domains trains both sets, each on the moments of its own rows. A batch of one domain, or
/// of which nobody says, is plain BN on one set. In eval mode p is inferred from the running statistics, whatever the
/// rows are; where both sets are equal p does not matter, and BN itself runs, bit for bit.
package final class DualNorm: PosteriorNorm {
  package static let kindName = "dbn"
  package static let hasTwoSets = true
  package static let infersDomains = true

  package let name: String
  package let input: Activation
  package let output: Activation
  private let relu: Bool
  private let affine: (weight: Int, bias: Int)
  /// The two sets as plain BN; they also keep the statistics and take the moments.
  private let clean: BatchNorm
  private let adversarial: BatchNorm
  private var setsAreEqual = true
  private var runningLogRatio = 0.0
  /// [3][pixels] of an image: p, 1 − p, and s/τ, which the backward pass replaces by the derivative with respect to s.
  private let posteriors: Slot
  /// What `dl_dual_gauge` counts, leaf by leaf in double.
  private let gauges: Slot
  /// Constant and slope of the input's gradient, first of clean and then of adversarial rows.
  private let linear: CommonSlot
  private var places: GradientPlaces?
  /// Sums of a leaf of the batch, in double.
  private var sums: Slot?
  /// The gauges of the last pass that knew both domains, and its pixels.
  private let total = UnsafeMutablePointer<Double>.allocate(capacity: DualNorm.gaugeCount)
  private var pixels = (clean: 0, adversarial: 0)
  package private(set) var nll = 0.0

  /// `name.weight`, `name.bias`, and of both domains `name.running_mean_clean`, `name.running_var_clean`, `…_adv`.
  package init(
    _ name: String, _ input: Activation, relu: Bool, affine: NormAffine = .habitual, _ builder: inout NetworkBuilder
  ) {
    self.name = name
    self.relu = relu
    self.input = input
    let shape = input.shape
    output = Activation(keeping: shape, &builder.plan)
    let shared = builder.affine(name, shape)
    self.affine = shared
    let sets = ["_clean", "_adv"].map { builder.statistics(name, shape, suffix: $0) }
    clean = BatchNorm(name, input, output, relu: relu, affine: shared, statistics: sets[0], &builder)
    adversarial = BatchNorm(name, input, output, relu: relu, affine: shared, statistics: sets[1], &builder)
    posteriors = builder.plan.keep(3 * shape.pixels)
    gauges = builder.plan.keep(2 * DualNorm.gaugeCount)
    linear = builder.plan.keepCommon(4 * shape.blocks * Shape.lanes)
    total.initialize(repeating: 0, count: DualNorm.gaugeCount)
  }

  deinit { total.deallocate() }

  private static let gaugeCount = 5 + Int(DL_DUAL_BINS)
  private var room: Int { input.shape.blocks * Shape.lanes }
  /// γ and β, which the two sets share.
  package var wholeGradients: [Range<Int>] { clean.wholeGradients }
  /// As much as the two sets need.
  package var scratchCount: Int { room }
  /// Doubles of the sums of one leaf.
  private var sumCount: Int { Int(DL_DUAL_SUMS) * room + 1 }

  package func planBackward(_ places: GradientPlaces, _ plan: inout ArenaPlan) {
    clean.planBackward(places, &plan)
    adversarial.planBackward(places, &plan)
    self.places = places
    let slot = plan.borrow(2 * sumCount)
    plan.giveBack(slot)
    sums = slot
  }

  package func prepareStatistics(_ memory: NetworkMemory) {
    clean.prepareStatistics(memory)
    adversarial.prepareStatistics(memory)
    setsAreEqual = clean.statisticsEqual(adversarial, memory)
    runningLogRatio = logRatio(clean.runningCoefficients, adversarial.runningCoefficients)
  }

  /// Σ log(σ_a/σ_c) from 1/σ of both sets.
  private func logRatio(_ clean: UnsafePointer<Float>, _ adversarial: UnsafePointer<Float>) -> Double {
    var sum = 0.0
    for channel in 3 * room..<3 * room + input.shape.channels {
      sum += logarithm(Double(clean[channel])) - logarithm(Double(adversarial[channel]))
    }
    return sum
  }

  // MARK: which way

  /// The set that a pass uses as plain BN; nil when it infers the posterior. docs/algorithms.md §9.3.
  private func plainSet(_ pass: Pass) -> BatchNorm? {
    switch (pass.memory.norms.branch, pass.mode) {
    case (.posterior, .eval): return setsAreEqual ? clean : nil
    case (.clean, .eval): return clean
    case (.adversarial, .eval): return adversarial
    case (let branch, _):
      guard let rows = pass.allCleanRows else { return branch == .adversarial ? adversarial : clean }
      return rows == pass.allRows ? clean : rows == 0 ? adversarial : nil
    }
  }

  private func kernel(_ pass: Pass) -> dl_dual {
    let own = clean.coefficients(pass), other = adversarial.coefficients(pass)
    let parameters = pass.memory.parameters.pointer
    return dl_dual(
      clean_mean: own + 2 * room, clean_inverse: own + 3 * room, adversarial_mean: other + 2 * room,
      adversarial_inverse: other + 3 * room, weight: parameters + affine.weight, bias: parameters + affine.bias,
      log_ratio: pass.mode == .eval ? runningLogRatio : logRatio(own, other),
      temperature: pass.memory.norms.dual.temperature, relu: relu)
  }

  private func posterior(_ pass: Pass, _ image: Int) -> UnsafeMutablePointer<Float> {
    pass.pointer(posteriors, image: image)
  }

  // MARK: forward

  package func forward(_ pass: Pass) {
    let plain = plainSet(pass), knowsBoth = pass.hasBothDomains, shape = input.shape
    if plain == nil, pass.mode != .eval {
      clean.takeMoments(pass, rows: .clean)
      adversarial.takeMoments(pass, rows: .adversarial)
    }
    if plain == nil || knowsBoth {
      var kernel = kernel(pass)
      pass.eachChunk { _, images, _ in
        let x = pass.pointer(input, image: images.lowerBound), p = posterior(pass, images.lowerBound)
        dl_dual_posterior(&kernel, x, images.count, shape.blocks, shape.pixels, p)
        guard plain == nil else { return }
        dl_dual_forward(
          &kernel, x, p, images.count, shape.blocks, shape.pixels, pass.pointer(output, image: images.lowerBound))
      }
    }
    // Lanes know no domains, and must not write here: there are many.
    if pass.pool != nil { nll = knowsBoth ? measure(pass) : 0 }
    plain?.forward(pass)
  }

  /// Counts what the posterior was; returns the NLL.
  private func measure(_ pass: Pass) -> Double {
    let count = DualNorm.gaugeCount
    func gauge(_ leaf: Int) -> UnsafeMutablePointer<Double> { pass.doubles(gauges, at: leaf * count) }
    pass.eachLeaf { leaf, _ in
      gauge(leaf).update(repeating: 0, count: count)
      pass.eachRun(ofLeaf: leaf) { run in
        for image in run {
          dl_dual_gauge(
            posterior(pass, image), input.shape.pixels, pass.domains.isClean(image) ?? true, gauge(leaf))
        }
      }
    }
    pass.addLeaves(gauge(0), stride: count)
    total.update(from: gauge(0), count: count)
    let rows = pass.allCleanRows ?? 0
    pixels = (rows * input.shape.pixels, (pass.allRows - rows) * input.shape.pixels)
    return total[0] * share(pass)
  }

  /// What one pixel's NLL counts for.
  private func share(_ pass: Pass) -> Double {
    switch pass.memory.norms.dual.reduction {
    case .pixelMean: 1 / Double(pass.allRows * input.shape.pixels)
    case .rowMean: 1 / Double(pass.allRows)
    case .sum: 1
    }
  }

  package var posterior: PosteriorGauge? {
    let count = Double(pixels.clean + pixels.adversarial)
    guard count > 0 else { return nil }
    return PosteriorGauge(
      name: name, cleanMean: total[1] / Double(pixels.clean), adversarialMean: total[2] / Double(pixels.adversarial),
      routingAccuracy: total[3] / count, decidedShare: total[4] / count,
      histogram: (5..<DualNorm.gaugeCount).map { Int(total[$0]) })
  }

  // MARK: backward

  /// Everything flows: through p, μ_d and v_d, and the NLL where both domains are known. docs/algorithms.md §9.1, with
  /// h = γ·dy where the ReLU was open, n_d the pixels of domain d, ±: + for the clean set:
  ///
  ///     e = (p(1−p)·Σ_channels h·(u_c − u_a) + λ·(p − t))/τ;  G_c = p·h − e·u_c;  G_a = (1−p)·h + e·u_a
  ///     dx = Σ_d G_d/σ_d  and, on rows of d,  − (ΣG_d + u_d·(ΣG_d·u_d ± Σe))/(σ_d·n_d)
  package func backward(_ pass: Pass) {
    guard let places else { return }
    if let plain = plainSet(pass) { return plain.backward(pass) }
    let shape = input.shape, usesBatch = pass.mode != .eval, wantsParameters = pass.wanted.contains(.parameters)
    let norms = pass.memory.norms
    let pull = pass.hasBothDomains ? norms.dual.weight * share(pass) : 0
    var kernel = kernel(pass)
    pass.eachChunk { _, images, _ in
      pass.eachRun(in: images) { run, isClean in
        dl_dual_cotangent(
          &kernel, pass.pointer(input, image: run.lowerBound), pass.pointer(places.output, image: run.lowerBound),
          run.count,
          shape.blocks, shape.pixels, pull, isClean ?? true, posterior(pass, run.lowerBound))
      }
    }
    if usesBatch || wantsParameters { sumGradients(pass, places.output, &kernel) }
    if usesBatch { setLinear(pass, kernel) }
    let constant = pass.workspace.pointer(linear), stride = 2 * room
    pass.eachChunk { _, images, _ in
      pass.eachRun(in: images) { run, isClean in
        let first = run.lowerBound, isClean = isClean ?? true
        let terms = usesBatch ? UnsafePointer(constant + (isClean ? 0 : stride)) : nil
        dl_dual_gradient(
          &kernel, pass.pointer(input, image: first), pass.pointer(places.output, image: first), posterior(pass, first),
          run.count, shape.blocks, shape.pixels, terms, terms.map { $0 + room }, isClean,
          places.residual.map { UnsafePointer(pass.pointer($0, image: first)) },
          pass.pointer(places.input, image: first))
      }
    }
  }

  /// Six sums a channel and Σe, over the batch; from them dγ and dβ.
  private func sumGradients(_ pass: Pass, _ gradient: Activation, _ kernel: inout dl_dual) {
    guard let sums else { return }
    let shape = input.shape, count = sumCount, total = pass.doubles(sums)
    total.update(repeating: 0, count: pass.leaves * count)
    withUnsafePointer(to: kernel) { kernel in
      pass.eachLeaf { leaf, _ in
        pass.eachRun(ofLeaf: leaf) { run in
          let first = run.lowerBound
          dl_dual_gradient_sums(
            kernel, pass.pointer(input, image: first), pass.pointer(gradient, image: first), posterior(pass, first),
            run.count, shape.blocks, shape.pixels, total + leaf * count)
        }
      }
    }
    pass.addLeaves(total, stride: count)
    guard pass.wanted.contains(.parameters) else { return }
    for channel in 0..<shape.channels {
      pass.memory.gradients.pointer[affine.bias + channel] = Float(sum(0, channel, pass))
      pass.memory.gradients.pointer[affine.weight + channel] = Float(sum(1, channel, pass))
    }
  }

  private func sum(_ number: Int, _ channel: Int, _ pass: Pass) -> Double {
    guard let sums else { return 0 }
    let (block, lane) = (channel / Shape.lanes, channel % Shape.lanes)
    return pass.doubles(sums)[(block * Int(DL_DUAL_SUMS) + number) * Shape.lanes + lane]
  }

  private func setLinear(_ pass: Pass, _ kernel: dl_dual) {
    let rows = pass.allCleanRows ?? 0, pixels = input.shape.pixels
    setTerms(0, kernel.clean_inverse, count: rows * pixels, sign: 1, pass)
    setTerms(1, kernel.adversarial_inverse, count: (pass.allRows - rows) * pixels, sign: -1, pass)
  }

  /// Constant and slope on the rows of set `number`, which are `count` pixels.
  private func setTerms(_ number: Int, _ inverse: UnsafePointer<Float>?, count: Int, sign: Double, _ pass: Pass) {
    guard let sums, let inverse else { return }
    let towardsClean = pass.doubles(sums)[sumCount - 1]
    let constant = pass.workspace.pointer(linear) + 2 * number * room, slope = constant + room
    for channel in 0..<input.shape.channels {
      let factor = -Double(inverse[channel]) / Double(count)
      constant[channel] = Float(factor * sum(2 + 2 * number, channel, pass))
      slope[channel] = Float(factor * (sum(3 + 2 * number, channel, pass) + sign * towardsClean))
    }
  }
}

extension NormKind {
  package static let dual = NormKind(DualNorm.self)
}
