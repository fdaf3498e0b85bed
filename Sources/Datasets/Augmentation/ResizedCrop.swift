import Foundation
import Tensors

/// A random part of the original image, resized to the size that the network takes: torchvision's RandomResizedCrop.
///
/// Its area is 8 to 100 % of the image, its shape 3:4 to 4:3, evenly in the logarithm; bilinear. docs/algorithms.md
/// §14.
struct ResizedCrop: Sendable {
  let area = 0.08...1.0
  let aspect = 3.0 / 4...4.0 / 3

  /// The part of an image of that size. Ten draws; then the largest part in the middle whose shape is allowed.
  func draw(_ stream: inout RandomStream, width: Int, height: Int) -> Raster.Box {
    func uniform(_ range: ClosedRange<Double>) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(stream.uniform())
    }
    for _ in 0..<10 {
      let area = Double(width * height) * uniform(area)
      let aspect = exp(uniform(log(self.aspect.lowerBound)...log(self.aspect.upperBound)))
      let columns = Int((area * aspect).squareRoot().rounded()), rows = Int((area / aspect).squareRoot().rounded())
      guard columns > 0, rows > 0, columns <= width, rows <= height else { continue }
      return Raster.Box(
        left: Int(stream.below(UInt32(width - columns + 1))), top: Int(stream.below(UInt32(height - rows + 1))),
        width: columns, height: rows)
    }
    let shape = Double(width) / Double(height)
    let columns = shape > aspect.upperBound ? Int((Double(height) * aspect.upperBound).rounded()) : width
    let rows = shape < aspect.lowerBound ? Int((Double(width) / aspect.lowerBound).rounded()) : height
    return Raster.Box(left: (width - columns) / 2, top: (height - rows) / 2, width: columns, height: rows)
  }

  /// The part at a size.
  func apply(to raster: Raster, _ stream: inout RandomStream, width: Int, height: Int) -> Raster {
    raster.cropped(to: draw(&stream, width: raster.width, height: raster.height)).resized(width: width, height: height)
  }
}
