/// VGG with batch normalization (Simonyan and Zisserman 2015): stages of 3×3 convolutions with biases, norm and ReLU,
/// widths w, 2w, 4w, 8w, 8w, each stage with a 2×2 max pooling behind it, then linear layers.
private enum VGG {
  /// How many convolutions the stages have.
  static let vgg11 = [1, 1, 2, 2, 2]
  static let vgg13 = [2, 2, 2, 2, 2]
  static let vgg16 = [2, 2, 3, 3, 3]
  static let vgg19 = [2, 2, 4, 4, 4]

  /// As in torchvision: the features averaged to 7×7, and three linear layers, the first two of 64w outputs. The
  /// dropout between them is the identity in evaluation; here it is left out in training too. Names `features.0`, …,
  /// `classifier.6`.
  static func imageNet(
    _ settings: ModelSettings, _ counts: [Int], _ x: Activation, _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    var stack = features(settings, counts, x, &builder)
    stack.add(AdaptiveAveragePool(stack.output, size: 7, &builder))
    let hidden = settings.options["hidden"].map { Int($0) } ?? 64 * settings.width
    for place in [0, 3] {
      stack.add(Linear("classifier.\(place)", stack.output, to: hidden, isHidden: true, &builder))
      stack.add(ReLU(stack.output, &builder))
    }
    stack.add(Linear("classifier.6", stack.output, to: settings.classes, &builder))
    return stack.layers
  }

  /// As in kuangliu/pytorch-cifar: one linear layer on what is left of a 32×32 image after five poolings, a pixel.
  /// Names `features.0`, …, `classifier`.
  static func cifar(
    _ settings: ModelSettings, _ counts: [Int], _ x: Activation, _ builder: inout NetworkBuilder
  ) -> [any Layer] {
    var stack = features(settings, counts, x, &builder)
    stack.add(Linear("classifier", stack.output, to: settings.classes, &builder))
    return stack.layers
  }

  /// The convolutional part. Smaller images are a single pixel before the last pooling, which is then left out.
  private static func features(
    _ settings: ModelSettings, _ counts: [Int], _ x: Activation, _ builder: inout NetworkBuilder
  ) -> LayerStack {
    var stack = LayerStack(x), place = 0
    stack.add(Standardize(x, mean: settings.mean, deviation: settings.deviation, &builder))
    for (stage, count) in counts.enumerated() {
      let channels = settings.width << min(stage, 3)
      for number in 0..<count {
        stack.add(
          Convolution(
            "features.\(place)", stack.output, to: channels, kernel: 3, bias: true,
            initial: .kaiming(kernel: 3, outputs: channels), &builder))
        stack.add(
          builder.norm("features.\(place + 1)", stack.output, relu: true, isStageEnd: number == count - 1))
        place += 3
      }
      let shape = stack.output.shape
      if min(shape.height, shape.width) > 1 { stack.add(MaxPool(stack.output, window: 2, &builder)) }
      place += 1
    }
    return stack
  }

  /// The size of the hidden linear layers, where a file has another than 64w.
  static func hidden(_ shape: (String) -> [Int]) -> [String: Double] {
    guard let width = shape("features.0.weight").first, let hidden = shape("classifier.0.weight").first,
      (1...65_536).contains(hidden), hidden != 64 * width
    else { return [:] }
    return ["hidden": Double(hidden)]
  }
}

/// torchvision's vgg11_bn. 132 868 840 parameters at w = 64 and 1000 classes.
struct VGG11: Model {
  static let name = "vgg11-bn"
  static let summary =
    "torchvision's: 1-1-2-2-2 convolutions 3×3, widths w 2w 4w 8w 8w, three linear layers without dropout"
  static let origin = torchvision
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { VGG.hidden(shape) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.imageNet(settings, VGG.vgg11, x, &builder)
  }
}

/// kuangliu's VGG11.
struct VGG11CIFAR: Model {
  static let name = "vgg11-bn-cifar"
  static let summary = "for 32×32 images: 1-1-2-2-2 convolutions 3×3, widths w 2w 4w 8w 8w, one linear layer"
  static let origin = kuangliu

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.cifar(settings, VGG.vgg11, x, &builder)
  }
}

/// torchvision's vgg13_bn. 133 053 736 parameters at w = 64 and 1000 classes.
struct VGG13: Model {
  static let name = "vgg13-bn"
  static let summary =
    "torchvision's: 2-2-2-2-2 convolutions 3×3, widths w 2w 4w 8w 8w, three linear layers without dropout"
  static let origin = torchvision
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { VGG.hidden(shape) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.imageNet(settings, VGG.vgg13, x, &builder)
  }
}

/// kuangliu's VGG13.
struct VGG13CIFAR: Model {
  static let name = "vgg13-bn-cifar"
  static let summary = "for 32×32 images: 2-2-2-2-2 convolutions 3×3, widths w 2w 4w 8w 8w, one linear layer"
  static let origin = kuangliu

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.cifar(settings, VGG.vgg13, x, &builder)
  }
}

/// torchvision's vgg16_bn. 138 365 992 parameters at w = 64 and 1000 classes.
struct VGG16: Model {
  static let name = "vgg16-bn"
  static let summary =
    "torchvision's: 2-2-3-3-3 convolutions 3×3, widths w 2w 4w 8w 8w, three linear layers without dropout"
  static let origin = torchvision
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { VGG.hidden(shape) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.imageNet(settings, VGG.vgg16, x, &builder)
  }
}

/// kuangliu's VGG16.
struct VGG16CIFAR: Model {
  static let name = "vgg16-bn-cifar"
  static let summary = "for 32×32 images: 2-2-3-3-3 convolutions 3×3, widths w 2w 4w 8w 8w, one linear layer"
  static let origin = kuangliu

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.cifar(settings, VGG.vgg16, x, &builder)
  }
}

/// torchvision's vgg19_bn. 143 678 248 parameters at w = 64 and 1000 classes.
struct VGG19: Model {
  static let name = "vgg19-bn"
  static let summary =
    "torchvision's: 2-2-4-4-4 convolutions 3×3, widths w 2w 4w 8w 8w, three linear layers without dropout"
  static let origin = torchvision
  static func options(_ shape: (String) -> [Int]) -> [String: Double] { VGG.hidden(shape) }

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.imageNet(settings, VGG.vgg19, x, &builder)
  }
}

/// kuangliu's VGG19.
struct VGG19CIFAR: Model {
  static let name = "vgg19-bn-cifar"
  static let summary = "for 32×32 images: 2-2-4-4-4 convolutions 3×3, widths w 2w 4w 8w 8w, one linear layer"
  static let origin = kuangliu

  static func make(_ settings: ModelSettings, _ x: Activation, _ builder: inout NetworkBuilder) -> [any Layer] {
    VGG.cifar(settings, VGG.vgg19, x, &builder)
  }
}
