import Recipe
import Tensors
import TestSupport
import Testing

@testable import Datasets

private func image(_ pixels: [Float], channels: Int = 1, width: Int) -> AugmentedImage {
  AugmentedImage(channels: channels, height: pixels.count / channels / width, width: width, pixels: pixels)
}

extension AugmentedImage {
  /// The pixels after a change.
  fileprivate func after(_ change: (inout AugmentedImage) -> Void) -> [Float] {
    var image = self
    change(&image)
    return image.pixels
  }
}

private func random(_ count: Int, _ number: UInt32 = 0) -> [Float] {
  var stream = RandomStream(seed: 5, purpose: .test, example: number)
  return (0..<count).map { _ in stream.uniform() }
}

@Suite struct AugmentationStepTests {
  private let small = image([1, 2, 3, 4, 5, 6], width: 3)

  @Test func `a crop shows what lies outside as its border says`() {
    func crop(_ border: AugmentedImage.Border, _ down: Int, _ right: Int) -> [Float] {
      small.after { Crop(padding: 4, border: border).apply(to: &$0, down: down, right: right) }
    }
    #expect(crop(.zero, 1, -1) == [0, 4, 5, 0, 0, 0])
    #expect(crop(.edge, 1, -1) == [4, 4, 5, 4, 4, 5])
    #expect(crop(.reflect, 1, -1) == [5, 4, 5, 2, 1, 2])
    // Further out than the image is wide, the mirror goes back again.
    #expect(crop(.reflect, 0, 4) == [1, 2, 3, 4, 5, 6])
    #expect(crop(.zero, 3, 0) == [0, 0, 0, 0, 0, 0])
  }

  @Test func `a flip changes left and right in every plane`() {
    let two = image([1, 2, 3, 4, 5, 6, 7, 8], channels: 2, width: 2)
    #expect(two.after { Flip().apply(to: &$0) } == [2, 1, 4, 3, 6, 5, 8, 7])
  }

  @Test func `affine changes of a quarter turn, a shift, a scale and a shear are those by hand`() {
    let square = image([1, 2, 3, 4, 5, 6, 7, 8, 9], width: 3)
    func moved(_ parameters: Affine.Parameters, _ border: AugmentedImage.Border = .zero) -> [Float] {
      square.after { Affine(border: border).apply(to: &$0, parameters) }.map { ($0 * 1e4).rounded() / 1e4 }
    }
    #expect(moved(.init(angle: 90)) == [7, 4, 1, 8, 5, 2, 9, 6, 3])
    #expect(moved(.init(right: 1)) == [0, 1, 2, 0, 4, 5, 0, 7, 8])
    #expect(moved(.init(down: -1), .edge) == [4, 5, 6, 7, 8, 9, 7, 8, 9])
    // Twice as large: half a pixel from the middle to every side.
    #expect(moved(.init(scale: 2)) == [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7])
    // Half as large: the corners come from outside.
    #expect(moved(.init(scale: 0.5)) == [0, 0, 0, 0, 5, 0, 0, 0, 0])
    // A shear of 45 degrees: the upper row goes a pixel to the right, the lower one to the left.
    #expect(moved(.init(shear: 45)) == [0, 1, 2, 4, 5, 6, 8, 9, 0])
  }

  @Test func `brightness multiplies`() {
    #expect(small.after { Brightness(change: 0.1).apply(to: &$0, factor: 2) } == [2, 4, 6, 8, 10, 12])
  }

  @Test func `parameters that change nothing give the image bit for bit`() {
    let original = image(random(3 * 7 * 5), channels: 3, width: 5)
    for border in [AugmentedImage.Border.zero, .edge, .reflect] {
      #expect(original.after { Crop(padding: 4, border: border).apply(to: &$0, down: 0, right: 0) } == original.pixels)
      #expect(original.after { Affine(border: border).apply(to: &$0, .init()) } == original.pixels)
    }
    #expect(original.after { Brightness(change: 0).apply(to: &$0, factor: 1) } == original.pixels)
    let twice = original.after { image in
      Flip().apply(to: &image)
      Flip().apply(to: &image)
    }
    #expect(twice == original.pixels)
  }

  @Test func `the 81 offsets of a crop and the two sides of a flip are equally likely`() {
    // Each pixel says where it comes from.
    let rows = 9, crop = Crop(padding: 4, border: .zero), flip = Flip()
    let numbered = image((0..<rows * rows).map(Float.init), width: rows)
    var counts = [Int](repeating: 0, count: 81), flipped = 0
    let draws = 8100
    for draw in 0..<draws {
      var stream = RandomStream(seed: 1, purpose: .test, example: UInt32(draw))
      counts[Int(numbered.after { crop.apply(to: &$0, &stream) }[40])] += 1
      let mirrored = numbered.after { flip.apply(to: &$0, &stream) }
      if mirrored[0] != 0 { flipped += 1 }
    }
    // χ² of 80 degrees of freedom is above 125 once in a thousand times; the seed is fixed.
    let chi = counts.reduce(0.0) { $0 + (Double($1) - 100) * (Double($1) - 100) / 100 }
    #expect(chi < 125, "χ² \(chi)")
    #expect(abs(flipped - draws / 2) < 150)
  }

  @Test func `affine parameters fill their ranges and no more`() {
    let affine = Affine(degrees: 5, shift: 0.1, scale: 0.1, shear: 5)
    let drawn = (0..<2000 as Range<UInt32>).map { number -> Affine.Parameters in
      var stream = RandomStream(seed: 2, purpose: .test, example: number)
      return affine.draw(&stream, width: 32, height: 20)
    }
    func check(_ values: [Double], _ range: ClosedRange<Double>) {
      #expect(values.allSatisfy(range.contains))
      let width = range.upperBound - range.lowerBound
      #expect(
        (values.min() ?? 0) < range.lowerBound + 0.02 * width && (values.max() ?? 0) > range.upperBound - 0.02 * width)
      let mean = values.reduce(0, +) / Double(values.count), middle = (range.lowerBound + range.upperBound) / 2
      #expect(abs(mean - middle) < 0.03 * width)
    }
    check(drawn.map(\.angle), -5...5)
    check(drawn.map(\.shear), -5...5)
    check(drawn.map(\.scale), 0.9...1.1)
    #expect(Set(drawn.map(\.right)) == Set(-3...3) && Set(drawn.map(\.down)) == Set(-2...2))
  }
}

@Suite struct AugmenterTests {
  private static let policies = AugmentationPolicy.allCases
  /// Those that need only the prepared image.
  private static let plain = policies.filter { !$0.needsOriginal }

  @Test func `the policies are the choices of the setting, and each file of a step is used`() throws {
    guard case .choice(let choices)? = AnyKnob.named("augment")?.kind else {
      Issue.record("augment is not a choice")
      return
    }
    #expect(choices == AugmenterTests.policies.map(\.rawValue))
    let steps = Set(AugmentationPolicy.allCases.flatMap(\.steps).map { String(describing: type(of: $0)) })
    #expect(steps == ["Affine", "Brightness", "Crop", "Flip"])
  }

  private func augmented(_ policy: AugmentationPolicy, _ examples: [Int], step: Int = 1, seed: UInt32 = 0) -> [[Float]]
  {
    let size = 3 * 12 * 10
    var batch = examples.flatMap { random(size, UInt32($0)) }
    var augmenter = Augmenter(policy, channels: 3, height: 12, width: 10, seed: seed)
    batch.withUnsafeMutableBufferPointer { batch in
      if let base = batch.baseAddress { augmenter.apply(to: base, examples: examples, step: step) }
    }
    return examples.indices.map { Array(batch[($0 * size)..<(($0 + 1) * size)]) }
  }

  @Test(arguments: plain) func `an image's change depends on seed, step and example, not on the batch`(
    policy: AugmentationPolicy
  ) {
    let together = augmented(policy, [3, 8, 5, 9])
    for (place, example) in [3, 8, 5, 9].enumerated() {
      #expect(augmented(policy, [example])[0] == together[place])
    }
    #expect(augmented(policy, [9, 5, 8, 3]) == together.reversed())
    let isNone = policy == .none
    #expect((augmented(policy, [3, 8, 5, 9], step: 2) == together) == isNone)
    #expect((augmented(policy, [3, 8, 5, 9], seed: 1) == together) == isNone)
    #expect((together == [3, 8, 5, 9].map { random(360, $0) }) == isNone)
  }

  @Test(arguments: plain) func `no pixel leaves the box`(policy: AugmentationPolicy) {
    for step in 1...40 {
      for image in augmented(policy, Array(0..<4), step: step) {
        #expect(image.allSatisfy { (0...1).contains($0) })
      }
    }
  }
}
