import Attacks
import Events
import Networks
import Spelling
import Tensors

/// What may be wrong with pixels: their order, their range, and what the network should subtract and divide by.
extension PossibleCause {
  /// Causes for a network on images of its input size.
  package static func ofImages(_ network: Network) -> [PossibleCause] {
    let shape = network.settings.input
    var causes: [PossibleCause] = []
    if shape.channels == 3 {
      causes.append(
        PossibleCause("channels in reverse order (BGR)", remedy: "reverse the channels of the images") { sample in
          try sample.accuracy { image, row in
            for channel in 0..<3 {
              (row + channel * shape.pixels).update(from: image + (2 - channel) * shape.pixels, count: shape.pixels)
            }
          }
        })
    }
    causes += orders(shape)
    causes.append(
      PossibleCause("inverted pixels (1 − x)", remedy: "invert the images") { sample in
        try sample.accuracy { image, row in for place in 0..<shape.planarCount { row[place] = 1 - image[place] } }
      })
    causes.append(
      PossibleCause(
        "pixels 255 times as large", remedy: "multiply the images by 255, they were divided twice"
      ) { sample in
        guard sample.set.images.buffer.allSatisfy({ $0 <= 1.001 / 255 }) else { return nil }
        return try sample.accuracy { image, row in
          for place in 0..<shape.planarCount { row[place] = 255 * image[place] }
        }
      })
    return causes + usualNormalizations(network.settings).map { normalization($0, network.settings) }
  }

  /// Rows and columns exchanged, and pixels [H][W][C] that were reshaped to [C][H][W] and not transposed.
  private static func orders(_ shape: Shape) -> [PossibleCause] {
    var causes: [PossibleCause] = []
    /// The place in [H][W][C] of what is at `place` in [C][H][W].
    let transposed = { (place: Int) in place % shape.pixels * shape.channels + place / shape.pixels }
    if shape.height == shape.width {
      causes.append(
        PossibleCause("rows and columns exchanged", remedy: "transpose the images (H and W)") { sample in
          try sample.accuracy { image, row in
            for place in 0..<shape.planarCount {
              let (channel, pixel) = place.quotientAndRemainder(dividingBy: shape.pixels)
              let (y, x) = pixel.quotientAndRemainder(dividingBy: shape.width)
              row[channel * shape.pixels + x * shape.height + y] = image[place]
            }
          }
        })
    }
    if shape.channels > 1 {
      causes.append(
        PossibleCause(
          "channels last (the pixels were reshaped, not transposed)",
          remedy: "transpose the images from HWC to CHW instead of reshaping them"
        ) { sample in
          try sample.accuracy { image, row in
            for place in 0..<shape.planarCount { row[place] = image[transposed(place)] }
          }
        })
      causes.append(
        PossibleCause(
          "channels first (the pixels were reshaped, not transposed)",
          remedy: "transpose the images from CHW to HWC instead of reshaping them"
        ) { sample in
          try sample.accuracy { image, row in
            for place in 0..<shape.planarCount { row[transposed(place)] = image[place] }
          }
        })
    }
    return causes
  }

  // MARK: normalization

  private struct Normalization {
    let title: String
    let mean: [Float]
    let std: [Float]
  }

  /// docs/algorithms.md §12, "Constants".
  private static func usualNormalizations(_ settings: ModelSettings) -> [Normalization] {
    let level: Float = 1 / 255
    let gray: [(String, Float, Float)] = [
      ("no mean and std", 0, 1), ("pixels of 0 … 255", 0, level), ("pixels of −1 … 1", 0.5, 0.5),
    ]
    var list = gray.map { title, mean, std in
      Normalization(
        title: title, mean: Array(repeating: mean, count: settings.input.channels),
        std: Array(repeating: std, count: settings.input.channels))
    }
    switch settings.input.channels {
    case 3:
      list += [
        Normalization(title: "ImageNet's mean and std", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]),
        Normalization(
          title: "CIFAR-10's mean and std", mean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616]),
        Normalization(
          title: "CIFAR-100's mean and std", mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762]),
      ]
    case 1:
      list += [
        Normalization(title: "MNIST's mean and std", mean: [0.1307], std: [0.3081]),
        Normalization(title: "Fashion-MNIST's mean and std", mean: [0.286], std: [0.353]),
      ]
    default: break
    }
    return list.filter { $0.mean != settings.mean || $0.std != settings.deviation }
  }

  /// (x − mean)/std, written as what the network's own normalization (x − m)/s makes of m + s·(x − mean)/std.
  private static func normalization(_ wanted: Normalization, _ settings: ModelSettings) -> PossibleCause {
    let text = { (values: [Float]) in
      (Set(values).count == 1 ? Array(values.prefix(1)) : values).map {
        Fraction.decimal(Double("\($0)") ?? Double($0))
      }
      .joined(separator: ",")
    }
    return PossibleCause(
      wanted.title, remedy: "pass --set mean=\(text(wanted.mean)) --set std=\(text(wanted.std))"
    ) { sample in
      let pixels = settings.input.pixels
      return try sample.accuracy { image, row in
        for place in 0..<settings.input.planarCount {
          let channel = place / pixels
          let value = (image[place] - wanted.mean[channel]) / wanted.std[channel]
          row[place] = settings.mean[channel] + settings.deviation[channel] * value
        }
      }
    }
  }

  // MARK: the network

  /// The same tensors as another network: `make` makes it.
  package static func ofVariant(
    _ change: String, remedy: String, make: @escaping () throws -> any Classifier
  ) -> PossibleCause {
    PossibleCause(change, remedy: remedy) { sample in
      try sample.accuracy(try make()) { image, row in row.update(from: image, count: sample.set.shape.planarCount) }
    }
  }
}

extension GuessingCheck.Sample {
  /// The accuracy on the first images as `change` rewrites them: it gets an image and where to write the other one.
  func accuracy(
    _ other: (any Classifier)? = nil,
    _ change: (_ image: UnsafePointer<Float>, _ row: UnsafeMutablePointer<Float>) -> Void
  ) throws -> Proportion {
    let network = other ?? classifier, count = min(set.count, GuessingCheck.images), pixels = set.shape.planarCount
    let changed = Storage(count: count * pixels)
    for image in 0..<count { change(set.image(image), changed.pointer + image * pixels) }
    let logits = network.logits(changed.pointer, count: count), classes = network.classes
    let correct = (0..<count).count { image in
      predictedClass(Array(logits[image * classes..<(image + 1) * classes]), classes: classes) == set.labels[image]
    }
    return Proportion(correct: correct, n: count)
  }
}
