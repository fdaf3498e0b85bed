import CKernels
import Tensors

/// The first layer: `(x − mean)/std` per channel, so that attacks work in pixels.
package final class Standardize: Layer {
  private let mean: [Float]
  private let deviation: [Float]
  private let input: Activation
  package let output: Activation
  private var gradient: Activation?

  /// `mean` and `deviation` per channel.
  package init(_ input: Activation, mean: [Float], deviation: [Float], _ builder: inout NetworkBuilder) {
    self.mean = mean
    self.deviation = deviation
    self.input = input
    output = Activation(keeping: input.shape, planar: true, &builder.plan)
  }

  package func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation {
    self.gradient = gradient
    return gradient
  }

  package func forward(_ pass: Pass) {
    eachPlane(pass) { place, pixels, channel in
      dl_standardize(
        pass.pointer(input) + place, pixels, mean[channel], 1 / deviation[channel], pass.pointer(output) + place)
    }
  }

  package func backward(_ pass: Pass) {
    guard let gradient, pass.wanted.contains(.input) else { return }
    eachPlane(pass) { place, pixels, channel in
      let dx = pass.pointer(gradient) + place
      dl_scale(dx, pixels, 1 / deviation[channel], dx)
    }
  }

  private func eachPlane(_ pass: Pass, _ body: (_ place: Int, _ pixels: Int, _ channel: Int) -> Void) {
    let shape = input.shape
    for plane in 0..<pass.images * shape.channels { body(plane * shape.pixels, shape.pixels, plane % shape.channels) }
  }
}
