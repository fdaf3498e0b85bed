import Networks
import Tensors

/// What attacks run on: images in, logits out, and the gradient of any combination of the logits.
///
/// `Network` is one. The results for an image must not depend on the other images in its lane; an evaluation checks
/// that on a few images and warns.
package protocol Classifier {
  /// Classes, the number of logits.
  var classes: Int { get }
  /// The size of an image.
  var input: Shape { get }
  /// Number of lanes that work in parallel.
  var laneCount: Int { get }
  /// Runs `body` for every seat in 0 ..< seats, each on a lane that nothing else uses at that time, and returns when
  /// all are done. Seats may run in parallel.
  func eachSeat(_ seats: Int, _ body: (_ lane: any ClassifierLane, _ seat: Int) -> Void)
  /// A digest of what a forward pass in eval mode must not change: the running statistics.
  var stateDigest: UInt64 { get }
}

extension Classifier {
  /// For a classifier without state.
  package var stateDigest: UInt64 { 0 }
}

/// One thread's way through a classifier: up to `Lane.capacity` images at a time.
package protocol ClassifierLane: AnyObject {
  /// Runs images [count][C][H][W]; returns the logits [count][classes], valid until the next call.
  func forward(_ images: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float>
  /// Where to write the cotangent [count][classes] of the last `forward` before `backward`.
  var cotangent: UnsafeMutablePointer<Float> { get }
  /// The gradient with respect to the images [count][C][H][W], valid until the next call. May be called
  /// several times after one `forward`.
  func backward() -> UnsafePointer<Float>
}

extension Lane: ClassifierLane {}

extension Network: Classifier {
  /// The size of an image.
  package var input: Shape { settings.input }
  /// One lane per thread.
  package var laneCount: Int { threads }

  /// Distributes seats over the network's lanes.
  package func eachSeat(_ seats: Int, _ body: (_ lane: any ClassifierLane, _ seat: Int) -> Void) {
    eachLane(count: seats) { lane, range in
      for seat in range { body(lane, seat) }
    }
  }

  /// A digest of the running statistics.
  package var stateDigest: UInt64 {
    var digest = Digest()
    digest.add(runningStatistics())
    return digest.value
  }
}

extension Classifier {
  /// The logits [count][classes] of images [count][C][H][W], computed on all lanes.
  package func logits(_ images: UnsafePointer<Float>, count: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count * classes)
    let pixels = input.planarCount, classes = classes
    let size = max(1, min(Lane.capacity, (count + laneCount - 1) / laneCount))
    result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      eachSeat((count + size - 1) / size) { lane, seat in
        let first = seat * size, images = images + first * pixels
        let here = min(size, count - first)
        (base + first * classes).update(from: lane.forward(images, count: here), count: here * classes)
      }
    }
    return result
  }
}
