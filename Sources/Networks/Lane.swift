import Tensors

/// One thread's way through a network in eval mode: few images at a time, so that their activations stay in its cache.
package final class Lane {
  /// Images that go through together.
  package static let capacity = 16

  private unowned let network: Network
  /// Its place among the network's lanes.
  private let number: Int
  private var workspace: Workspace
  private let scratch: [Storage]
  private var images = 0

  init(_ network: Network, number: Int, scratch: Storage) {
    self.network = network
    self.number = number
    self.scratch = [scratch]
    workspace = Workspace(plan: network.plan, capacity: 0)
  }

  /// Runs up to `capacity` images [count][C][H][W]; returns the logits [count][classes], valid until the next call.
  @discardableResult
  package func forward(_ images: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float> {
    precondition(count <= Lane.capacity, "a lane takes \(Lane.capacity) images, got \(count)")
    reserve(count)
    self.images = count
    let pass = pass(wanted: [])
    pass.pointer(network.input).update(from: images, count: count * network.input.count)
    for layer in network.layers { layer.forward(pass) }
    return UnsafePointer(pass.pointer(network.logits))
  }

  /// Makes room for `count` images. Grows with use: a wide network attacked a few images at a time takes only the
  /// memory of those, and where a whole batch's memory stands idle, its part of that.
  func reserve(_ count: Int) {
    guard workspace.capacity < count else { return }
    workspace =
      Workspace(plan: network.plan, capacity: count, part: number, of: network.threads, in: network.batchMemory)
      ?? Workspace(plan: network.plan, capacity: count)
  }

  /// Gives its memory back.
  func release() { workspace = Workspace(plan: network.plan, capacity: 0) }

  /// Where the cotangent [count][classes] of the last `forward` is to be written before `backward`.
  package var cotangent: UnsafeMutablePointer<Float> { pass(wanted: []).pointer(network.logitsGradient) }

  /// The gradient with respect to the images [count][C][H][W] for what stands in `cotangent`, valid until the next
  /// call. Several backwards may follow one forward.
  package func backward() -> UnsafePointer<Float> {
    let pass = pass(wanted: .input)
    for layer in network.layers.reversed() { layer.backward(pass) }
    return UnsafePointer(pass.pointer(network.inputGradient))
  }

  /// What the last `forward` left of an activation, of one of its images.
  func pointer(_ activation: Activation, image: Int) -> UnsafePointer<Float> {
    UnsafePointer(pass(wanted: []).pointer(activation, image: image))
  }

  private func pass(wanted: Wanted) -> Pass {
    Pass(
      memory: network.memory, workspace: workspace, images: images, mode: .eval, wanted: wanted, pool: nil,
      scratch: scratch)
  }
}

extension Network {
  /// Shares images 0 ..< count out to lanes, in eval mode; `body` gets a lane and its images.
  ///
  /// Chunks are cut small enough that every thread has work; an image's bits do not depend on its chunk. Lanes may work
  /// in the memory of slot 0: what the last `forward` and `backward` there returned has no meaning afterwards.
  package func eachLane(count: Int, _ body: (_ lane: Lane, _ images: Range<Int>) -> Void) {
    prepare()
    guard count > 0 else { return }
    lanesStart()
    let size = min(Lane.capacity, (count + pool.threads - 1) / pool.threads)
    let tasks = (count + size - 1) / size
    // Any thread may take any chunk, so all lanes are made ready here: otherwise one allocates in some later step.
    for lane in lanes.prefix(tasks > 1 ? lanes.count : 1) { lane.reserve(size) }
    pool.run(tasks: tasks) { task, worker in
      body(lanes[worker], task * size..<min(count, (task + 1) * size))
    }
  }

  /// The logits [count][classes] of images [count][C][H][W] in eval mode.
  package func evaluate(_ images: UnsafePointer<Float>, count: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count * classes)
    result.withUnsafeMutableBufferPointer { result in
      if let base = result.baseAddress { evaluate(images, count: count, into: base) }
    }
    return result
  }

  /// The same, written to memory that there is already.
  package func evaluate(_ images: UnsafePointer<Float>, count: Int, into result: UnsafeMutablePointer<Float>) {
    let pixels = settings.input.planarCount
    eachLane(count: count) { lane, range in
      let logits = lane.forward(images + range.lowerBound * pixels, count: range.count)
      (result + range.lowerBound * classes).update(from: logits, count: range.count * classes)
    }
  }
}

/// The class with the largest logit; the lowest of equals. docs/algorithms.md §0.
package func predictedClass(_ logits: UnsafePointer<Float>, classes: Int) -> Int {
  var best = 0
  for k in 1..<max(1, classes) where logits[k] > logits[best] { best = k }
  return best
}
