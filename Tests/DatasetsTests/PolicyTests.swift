import Tensors
import Testing

@testable import Datasets

/// The augmentation policies, literally. docs/algorithms.md §14.
@Suite struct PolicyTests {
  private func words(_ step: any AugmentationStep) -> String {
    switch step {
    case is Flip: "flip"
    case let crop as Crop: "crop \(crop.padding) \(crop.border)"
    case let affine as Affine:
      "affine \(affine.degrees)° shift \(affine.shift) scale \(affine.scale) shear \(affine.shear)° \(affine.border)"
    case let brightness as Brightness: "brightness \(brightness.change)"
    default: "unknown"
    }
  }

  @Test func `every policy is what its source does, in its order`() {
    let expected: [(String, [String])] = [
      ("none", []),
      ("code", ["flip", "crop 4 edge"]),
      ("resized-crop", ["flip"]),
      ("paper-text", ["flip", "crop 4 edge", "affine 0.0° shift 0.0 scale 0.1 shear 0.0° edge", "brightness 0.1"]),
      ("ates", ["crop 4 zero", "flip", "affine 5.0° shift 0.1 scale 0.1 shear 5.0° zero", "brightness 0.1"]),
      ("standard", ["crop 4 zero", "flip"]),
      ("locuslab", ["crop 4 reflect", "flip"]),
    ]
    #expect(AugmentationPolicy.allCases.map(\.rawValue) == expected.map(\.0))
    for (policy, (name, steps)) in zip(AugmentationPolicy.allCases, expected) {
      #expect(policy.steps.map(words) == steps, "\(name)")
    }
  }

  @Test func `brightness fills its range and no more`() {
    let brightness = Brightness(change: 0.1)
    let factors = (0..<2000 as Range<UInt32>).map { number -> Float in
      var stream = RandomStream(seed: 4, purpose: .test, example: number)
      var image = AugmentedImage(channels: 1, height: 1, width: 2, pixels: [1, 0.5])
      brightness.apply(to: &image, &stream)
      #expect(image.pixels[1] == image.pixels[0] * 0.5, "one factor for all pixels")
      return image.pixels[0]
    }
    let mean = factors.reduce(0, +) / Float(factors.count)
    #expect(factors.allSatisfy { (0.9...1.1).contains($0) })
    #expect((factors.min() ?? 1) < 0.902 && (factors.max() ?? 1) > 1.098 && abs(mean - 1) < 0.006)
  }
}
