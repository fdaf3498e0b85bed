import Datasets
import Foundation
import Networks
import Tensors

/// What a network computes for labeled images, to hold it against another program: its logits, and the gradient of the
/// summed cross-entropy with respect to the pixels.
package struct LogitsAndGradients: Sendable {
  /// [n][classes].
  package let logits: [Float]
  /// [n][C][H][W].
  package let gradients: [Float]

  /// Runs all images in eval mode. The labels must be classes of the network.
  package init(_ network: Network, _ images: LabeledImages) {
    let pixels = images.shape.planarCount, classes = network.classes
    let logits = Storage(count: images.count * classes), gradients = Storage(count: images.count * pixels)
    images.pixels.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      let places = Places(images: source, logits: logits.pointer, gradients: gradients.pointer)
      network.eachLane(count: images.count) { lane, range in
        let first = range.lowerBound
        let found = lane.forward(places.images + first * pixels, count: range.count)
        (places.logits + first * classes).update(from: found, count: range.count * classes)
        for image in range {
          let row = (image - first) * classes
          Self.writeCotangent(
            places.logits + image * classes, label: images.labels[image], classes, to: lane.cotangent + row)
        }
        (places.gradients + first * pixels).update(from: lane.backward(), count: range.count * pixels)
      }
    }
    self.logits = Array(logits.buffer)
    self.gradients = Array(gradients.buffer)
  }

  /// Lanes write to disjoint parts.
  private struct Places: @unchecked Sendable {
    let images: UnsafePointer<Float>
    let logits: UnsafeMutablePointer<Float>
    let gradients: UnsafeMutablePointer<Float>
  }

  /// softmax(z) − 1[k = y].
  private static func writeCotangent(
    _ logits: UnsafePointer<Float>, label: Int, _ classes: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let largest = (0..<classes).reduce(-Double.infinity) { max($0, Double(logits[$1])) }
    let sum = (0..<classes).reduce(0.0) { $0 + exp(Double(logits[$1]) - largest) }
    for k in 0..<classes {
      target[k] = Float(exp(Double(logits[k]) - largest) / sum - (k == label ? 1 : 0))
    }
  }

  /// The largest difference, as a share of the largest magnitude expected, and where it is. Infinite where a number is
  /// none.
  package static func difference(_ found: [Float], from expected: [Float]) -> (share: Double, place: Int) {
    let scale = expected.reduce(0.0) { max($0, abs(Double($1))) }
    var worst = (share: 0.0, place: 0)
    for (place, pair) in zip(found, expected).enumerated() {
      let difference = abs(Double(pair.0) - Double(pair.1))
      let share = difference.isFinite ? (scale > 0 ? difference / scale : difference) : .infinity
      if share > worst.share { worst = (share, place) }
    }
    return worst
  }
}
