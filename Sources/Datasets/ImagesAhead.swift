import Foundation
import Synchronization

/// The training images of the next step, decoded and augmented while the current step runs.
///
/// An image of a step is a function of (seed, step, dataset index) alone, so that it does not matter when and on which
/// thread it is made. The last batch is kept: a step that is run again gets it at once.
package final class ImagesAhead {
  private let split: Split
  private var order: EpochOrder
  private var jobs: [Job] = []
  private let queue = DispatchQueue(label: "dualab.images", qos: .utility, attributes: .concurrent)
  /// Cores that a step may miss: half of them.
  private let workers = min(8, max(1, ProcessInfo.processInfo.activeProcessorCount / 2))

  /// Batches of the training split in the order of a run.
  package init(_ split: Split, order: EpochOrder) { (self.split, self.order) = (split, order) }

  /// Writes the images of a step, [n][C][H][W] in [0, 1], and begins with those of the next one. Throws `DataError`
  /// where a file cannot be read.
  package func take(step: Int, _ augmenter: Augmenter, into destination: UnsafeMutablePointer<Float>) throws {
    let current = job(step, augmenter)
    jobs = [current, job(step + 1, augmenter)]
    let pixels = try current.wait()
    if let base = pixels.baseAddress { destination.update(from: base, count: pixels.count) }
  }

  private func job(_ step: Int, _ augmenter: Augmenter) -> Job {
    if let known = jobs.first(where: { $0.step == step && $0.policy == augmenter.policy }) { return known }
    let job = Job(step: step, positions: order.batch(step: step), split: split, augmenter: augmenter)
    for worker in 0..<workers {
      queue.async(group: job.group) { [workers] in job.work(worker, of: workers) }
    }
    return job
  }
}

/// One batch in the making. Workers write different rows; the owner reads when all of them are done.
private final class Job: @unchecked Sendable {
  let step: Int
  let policy: AugmentationPolicy
  let group = DispatchGroup()
  private let positions: [Int]
  private let split: Split
  private let augmenter: Augmenter
  private let pixels: UnsafeMutableBufferPointer<Float>
  private let errors = Mutex<[Int: any Error]>([:])

  init(step: Int, positions: [Int], split: Split, augmenter: Augmenter) {
    (self.step, self.positions, self.split, self.augmenter) = (step, positions, split, augmenter)
    policy = augmenter.policy
    pixels = .allocate(capacity: positions.count * split.images.imageSize)
  }

  deinit { pixels.deallocate() }

  func work(_ worker: Int, of workers: Int) {
    guard let base = pixels.baseAddress else { return }
    var augmenter = augmenter
    for row in stride(from: worker, to: positions.count, by: workers) {
      do {
        try augmenter.copy(positions[row], of: split, step: step, to: base + row * split.images.imageSize)
      } catch {
        errors.withLock { $0[row] = error }
      }
    }
  }

  func wait() throws -> UnsafeMutableBufferPointer<Float> {
    group.wait()
    if let first = errors.withLock({ $0.min { $0.key < $1.key }?.value }) { throw first }
    return pixels
  }
}
