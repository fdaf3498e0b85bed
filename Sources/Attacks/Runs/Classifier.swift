import Networks
import Tensors

/// What attacks can be run on: images in, logits out, and the gradient of any combination of the logits.
///
/// `Network` is one. Its results for an image must not depend on which other images are in a lane with it; an evaluation
/// checks that on a few images and warns.
package protocol Classifier {
  /// Classes, the number of logits.
  var classes: Int { get }
  /// The size of an image.
  var input: Shape { get }
  /// How many lanes work at the same time.
  var laneCount: Int { get }
  /// Runs `body` for every seat in 0 ..< seats, each on a lane that nobody else uses meanwhile, and returns when all are
  /// done. Seats may run at the same time.
  func eachSeat(_ seats: Int, _ body: (_ lane: any ClassifierLane, _ seat: Int) -> Void)
  /// A digest of what a forward pass in eval mode must leave as it is: running statistics.
  var stateDigest: UInt64 { get }
}

extension Classifier {
  /// Nothing can change.
  package var stateDigest: UInt64 { 0 }
}

/// One thread's way through a classifier: up to `Lane.capacity` images at a time.
package protocol ClassifierLane: AnyObject {
  /// Runs images [count][C][H][W]; returns the logits [count][classes], valid until the next call.
  func forward(_ images: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float>
  /// Where the cotangent [count][classes] of the last `forward` is written before `backward`.
  var cotangent: UnsafeMutablePointer<Float> { get }
  /// The gradient with respect to the images [count][C][H][W], valid until the next call; may follow a `forward` often.
  func backward() -> UnsafePointer<Float>
}

extension Lane: ClassifierLane {}

extension Network: Classifier {
  /// The size of an image.
  package var input: Shape { settings.input }
  /// One lane a thread.
  package var laneCount: Int { threads }

  /// Shares images out to the network's lanes.
  package func eachSeat(_ seats: Int, _ body: (_ lane: any ClassifierLane, _ seat: Int) -> Void) {
    eachLane(count: seats) { lane, range in
      for seat in range { body(lane, seat) }
    }
  }

  /// 64-bit FNV-1a over the running statistics.
  package var stateDigest: UInt64 {
    runningStatistics().reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
  }
}

extension Classifier {
  /// The logits [count][classes] of images [count][C][H][W], all lanes at work.
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
