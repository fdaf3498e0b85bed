import Foundation
import Tensors

/// A random rotation, shift, scaling and horizontal shear about the middle of the image, read bilinearly.
///
/// Each parameter is uniform in its range, shifts are whole pixels, as in torchvision's RandomAffine.
struct Affine: AugmentationStep {
  /// Largest rotation, in degrees, either way.
  var degrees = 0.0
  /// Largest shift, as a share of the image's side, either way.
  var shift = 0.0
  /// Largest change of the scale: 0.1 is 0.9 … 1.1.
  var scale = 0.0
  /// Largest shear of the columns, in degrees, either way.
  var shear = 0.0
  /// What lies outside the image.
  var border = AugmentedImage.Border.zero

  /// One affine change of an image.
  struct Parameters: Hashable {
    var angle = 0.0
    var right = 0
    var down = 0
    var scale = 1.0
    var shear = 0.0
  }

  func apply(to image: inout AugmentedImage, _ stream: inout RandomStream) {
    apply(to: &image, draw(&stream, width: image.width, height: image.height))
  }

  func draw(_ stream: inout RandomStream, width: Int, height: Int) -> Parameters {
    func symmetric(_ largest: Double) -> Double { largest * (2 * Double(stream.uniform()) - 1) }
    let angle = symmetric(degrees)
    let right = Int(symmetric(shift * Double(width)).rounded()), down = Int(symmetric(shift * Double(height)).rounded())
    return Parameters(angle: angle, right: right, down: down, scale: 1 + symmetric(scale), shear: symmetric(shear))
  }

  /// Output pixel p shows the input at c + M⁻¹(p − c − t), M = scale · rotation · shear. The determinant of rotation
  /// and shear is 1, so the inverse needs no division by it.
  func apply(to image: inout AugmentedImage, _ parameters: Parameters) {
    let angle = parameters.angle * .pi / 180, slope = tan(parameters.shear * .pi / 180)
    let a = cos(angle), b = -cos(angle) * slope - sin(angle), c = sin(angle), d = -sin(angle) * slope + cos(angle)
    let middle = (x: Double(image.width - 1) / 2, y: Double(image.height - 1) / 2)
    image.map { image, channel, y, x in
      let dx = Double(x) - middle.x - Double(parameters.right), dy = Double(y) - middle.y - Double(parameters.down)
      let column = (d * dx - b * dy) / parameters.scale + middle.x
      let row = (a * dy - c * dx) / parameters.scale + middle.y
      return bilinear(image, channel, row: row, column: column)
    }
  }

  private func bilinear(_ image: AugmentedImage, _ channel: Int, row: Double, column: Double) -> Float {
    let top = row.rounded(.down), left = column.rounded(.down)
    let y = Int(top), x = Int(left), down = Float(row - top), right = Float(column - left)
    func at(_ dy: Int, _ dx: Int) -> Float { image.pixel(channel, y + dy, x + dx, border) }
    return (1 - down) * ((1 - right) * at(0, 0) + right * at(0, 1))
      + down * ((1 - right) * at(1, 0) + right * at(1, 1))
  }
}
