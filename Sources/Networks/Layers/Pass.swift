import Tensors

/// How a pass treats the statistics of normalization layers.
package enum Mode: Sendable {
  /// Batch moments normalize; running statistics are updated.
  case train
  /// Batch moments normalize; running statistics stay as they are.
  case batch
  /// Running statistics normalize; images do not influence each other.
  case eval
}

/// What a backward pass computes.
package struct Wanted: OptionSet, Sendable {
  /// The bits.
  package let rawValue: Int
  /// From bits.
  package init(rawValue: Int) { self.rawValue = rawValue }
  /// The gradient with respect to the images.
  package static let input = Wanted(rawValue: 1)
  /// The gradients of all parameters, which replace the former ones.
  package static let parameters = Wanted(rawValue: 2)
}

/// Where the activations (or gradients) of a layer stand in a workspace.
package struct Activation: Hashable {
  let slot: Slot
  package let shape: Shape
  /// Planar `[C][H][W]` for images and logits, blocked `[C/16][H][W][16]` inside.
  package let isPlanar: Bool

  /// Floats of one image.
  package var count: Int { isPlanar ? shape.planarCount : shape.blockedCount }

  /// Memory for activations that backward needs.
  package init(keeping shape: Shape, planar: Bool = false, _ plan: inout ArenaPlan) {
    self.shape = shape
    isPlanar = planar
    slot = plan.keep(planar ? shape.planarCount : shape.blockedCount)
  }

  /// Memory for a gradient, until it is given back.
  package init(borrowing shape: Shape, planar: Bool = false, _ plan: inout ArenaPlan) {
    self.shape = shape
    isPlanar = planar
    slot = plan.borrow(planar ? shape.planarCount : shape.blockedCount)
  }

  /// The gradient of what stands in `other`.
  package init(gradientOf other: Activation, _ plan: inout ArenaPlan) {
    self.init(borrowing: other.shape, planar: other.isPlanar, &plan)
  }
}

/// One forward or backward pass: which images, in which memory, in which mode, by how many threads.
package struct Pass {
  let memory: NetworkMemory
  let workspace: Workspace
  package let images: Int
  package let mode: Mode
  let wanted: Wanted
  /// Which images are clean and which adversarial.
  package let domains: Domains
  /// Threads to share the work with; nil in a lane, which does all of its images itself.
  let pool: ThreadPool?
  /// Scratch of each worker of the pool, or of the one lane.
  let scratch: [Storage]
  /// How rows are added to each other; nil in a lane, where nothing is summed over images.
  let rows: BatchRows?
  /// Memory for sums of parameter gradients; nil in a lane.
  let sums: SumMemory?

  package init(
    memory: NetworkMemory, workspace: Workspace, images: Int, mode: Mode, wanted: Wanted,
    domains: Domains = .unknown, pool: ThreadPool?, scratch: [Storage], rows: BatchRows? = nil,
    sums: SumMemory? = nil
  ) {
    self.memory = memory
    self.workspace = workspace
    self.images = images
    self.mode = mode
    self.wanted = wanted
    self.domains = domains
    self.pool = pool
    self.scratch = scratch
    self.rows = rows
    self.sums = sums
  }

  /// Where the activations of one image start.
  package func pointer(_ activation: Activation, image: Int = 0) -> UnsafeMutablePointer<Float> {
    workspace.pointer(activation.slot) + image * activation.count
  }

  /// Images of a chunk of work: at most eight, and so few that every thread has some. No bits depend on it.
  private var chunk: Int { min(8, max(1, (images + (pool?.threads ?? 1) - 1) / (pool?.threads ?? 1))) }

  /// Runs `body` for all images, in chunks.
  func eachChunk(_ body: (_ chunk: Int, _ images: Range<Int>, _ scratch: UnsafeMutablePointer<Float>) -> Void) {
    let size = chunk
    eachTask((images + size - 1) / size) { number, scratch in
      body(number, number * size..<min(images, (number + 1) * size), scratch)
    }
  }

  /// As `eachTask`, with a worker's memory for sums.
  func eachSum(
    _ tasks: Int,
    _ body: (_ task: Int, _ scratch: UnsafeMutablePointer<Float>, _ own: UnsafeMutablePointer<Float>) -> Void
  ) {
    guard let pool, let sums else { return }
    pool.run(tasks: tasks) { task, worker in body(task, scratch[worker].pointer, sums.own[worker].pointer) }
  }

  /// Runs numbered tasks that write to places of their own.
  func eachTask(_ tasks: Int, _ body: (_ task: Int, _ scratch: UnsafeMutablePointer<Float>) -> Void) {
    guard let pool else {
      for task in 0..<tasks { body(task, scratch[0].pointer) }
      return
    }
    pool.run(tasks: tasks) { task, worker in body(task, scratch[worker].pointer) }
  }
}
