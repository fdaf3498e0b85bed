import CKernels
import Networks
import Tensors
import TestSupport
import Testing

/// Sums over a batch have the bits of the tree of docs/algorithms.md §2.6: those of its leaves computed one by one,
/// added here.
struct BatchTreeOrderTests {
  /// What a layer makes of parameter gradients for the rows of one leaf, and for the whole batch.
  private func check(
    _ label: String, channels: Int, side: Int, images: Int, clean: Int?, threads: Int = 2,
    convolution: ConvolutionKind = .fast, tensor: String,
    _ make: @escaping (Activation, inout NetworkBuilder) -> any Layer
  ) {
    let rows = clean.map { $0 + images } ?? images, size = channels * side * side
    func harness(_ rows: Int) -> LayerHarness {
      LayerHarness(
        input: [rows, channels, side, side], threads: threads, convolution: convolution, make)
    }
    let batch = harness(rows)
    if let clean { batch.domains = .cleanFirst(clean) }
    let outputs = batch.outputCount
    var random = RandomStream(seed: UInt32(rows), purpose: .test)
    let x = random.normals(rows * size), dy = random.normals(rows * outputs)
    let w = random.normals(batch.value("l.weight").count)
    batch.set("l.weight", w)
    _ = batch.forward(x)
    _ = batch.backward(dy)
    let tree = BatchTree(images: images)
    let expected = BatchTree.sum(0..<tree.leaves, { zip($0, $1).map { $0 + $1 } }) { leaf -> [Float] in
      let own = tree.images(ofLeaf: leaf), skipped = images - (clean ?? 0)
      let cleanRows = clean == nil ? [] : own.filter { $0 >= skipped }.map { $0 - skipped }
      let places = cleanRows + own.map { (clean ?? 0) + $0 }
      let alone = harness(places.count)
      // Rows of at most eight images: one leaf.
      alone.domains = .cleanFirst(cleanRows.count)
      alone.set("l.weight", w)
      _ = alone.forward(places.flatMap { x[$0 * size..<($0 + 1) * size] })
      _ = alone.backward(places.flatMap { dy[$0 * outputs..<($0 + 1) * outputs] })
      return alone.gradient(tensor)
    }
    #expect(batch.gradient(tensor) == expected, "\(label), \(images) images, \(clean ?? 0) clean, \(threads) threads")
  }

  /// Every way through the convolutions: direct, gathered, Winograd on large and small maps, few and many rows.
  @Test(arguments: [(1, 3), (3, 20), (16, 16), (16, 4), (96, 8), (96, 4), (32, 12)], [1, 2, 3, 16])
  func weightGradientsOfConvolutionsAreAddedInTheTree(layer: (channels: Int, side: Int), threads: Int) {
    for (images, clean) in [(16, 16), (21, 9), (37, nil)] {
      for (kernel, stride) in [(3, 1), (3, 2), (1, 1)] {
        for tensor in ["l.weight", "l.bias"] {
          check(
            "\(kernel)/\(stride) \(layer)", channels: layer.channels, side: layer.side, images: images, clean: clean,
            threads: threads, tensor: tensor
          ) {
            Convolution("l", $0, to: 24, kernel: kernel, stride: stride, bias: true, initial: .constant(0), &$1)
          }
        }
      }
    }
  }

  @Test(arguments: ["l.weight", "l.bias"]) func gradientsOfLinearLayersAreAddedInTheTree(tensor: String) {
    for clean in [nil, 5, 40] as [Int?] {
      check("linear", channels: 20, side: 1, images: 40, clean: clean, tensor: tensor) {
        Linear("l", $0, to: 10, &$1)
      }
    }
  }

  @Test(arguments: ["l.weight", "l.bias"]) func gradientsOfGroupNormsAreAddedInTheTree(tensor: String) {
    for clean in [nil, 5, 40] as [Int?] {
      check("gn", channels: 32, side: 3, images: 40, clean: clean, tensor: tensor) {
        GroupNorm("l", $0, relu: true, affine: .habitual, &$1)
      }
    }
  }
}
