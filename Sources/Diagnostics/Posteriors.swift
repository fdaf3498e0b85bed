import Networks
import Tensors

/// How dual BN's posterior p (the probability that a pixel belongs to a clean image) is distributed.
/// docs/algorithms.md §9.2. Pure.
package struct PosteriorStatistics: Sendable, Hashable, Codable {
  /// Pixels in twenty equal bins of [0, 1]; p = 1 belongs to the last.
  package let histogram: [Int]
  /// Fraction of pixels with p below .01 or above .99.
  package let decided: Double
  /// Fraction of pixels routed to their own domain: p > ½ on clean images, p ≤ ½ on adversarial ones.
  package let routing: Double
  /// Mean of p over the pixels of clean images; nil if there are none.
  package let cleanMean: Double?
  /// Mean of p over the pixels of adversarial images; nil if there are none.
  package let adversarialMean: Double?
  /// Total number of pixels.
  package let pixels: Int

  /// Bins of the histogram.
  package static let bins = 20

  /// From the posteriors of one layer, pixel by pixel, over images of each domain.
  package init(clean: [Float], adversarial: [Float]) {
    var histogram = [Int](repeating: 0, count: Self.bins)
    var decided = 0
    for p in clean + adversarial {
      let bin = p.isNaN ? 0 : Int((p * Float(Self.bins)).rounded(.down))
      histogram[min(max(bin, 0), Self.bins - 1)] += 1
      if p < 0.01 || p > 0.99 { decided += 1 }
    }
    let pixels = clean.count + adversarial.count
    let routed = clean.count { $0 > 0.5 } + adversarial.count { !($0 > 0.5) }
    func mean(_ values: [Float]) -> Double? {
      values.isEmpty ? nil : values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    }
    self.histogram = histogram
    self.decided = Double(decided) / Double(max(1, pixels))
    routing = Double(routed) / Double(max(1, pixels))
    cleanMean = mean(clean)
    adversarialMean = mean(adversarial)
    self.pixels = pixels
  }

  /// From one layer over several batches, each with the rows of both domains that `gauge` counted.
  init(_ parts: [(gauge: PosteriorGauge, clean: Int, adversarial: Int)], pixelsPerImage: Int) {
    func mean(_ value: (PosteriorGauge) -> Double, _ rows: (Int, Int) -> Int) -> Double? {
      let count = parts.reduce(0) { $0 + rows($1.clean, $1.adversarial) }
      guard count > 0 else { return nil }
      return parts.reduce(0) { $0 + value($1.gauge) * Double(rows($1.clean, $1.adversarial)) } / Double(count)
    }
    var histogram = [Int](repeating: 0, count: Self.bins)
    for part in parts {
      for (bin, count) in part.gauge.histogram.enumerated() where bin < Self.bins { histogram[bin] += count }
    }
    self.histogram = histogram
    decided = mean(\.decidedShare, +) ?? 0
    routing = mean(\.routingAccuracy, +) ?? 0
    cleanMean = mean(\.cleanMean) { clean, _ in clean }
    adversarialMean = mean(\.adversarialMean) { _, adversarial in adversarial }
    pixels = pixelsPerImage * parts.reduce(0) { $0 + $1.clean + $1.adversarial }
  }

  enum CodingKeys: String, CodingKey {
    case histogram, decided, routing, pixels
    case cleanMean = "clean_mean"
    case adversarialMean = "adversarial_mean"
  }
}

extension Network {
  /// How every dual BN layer routes clean and adversarial images [count][C][H][W] in eval mode, by the layer's name;
  /// empty without dual BN. `poll` is called between groups of images.
  package func posteriorStatistics(
    clean: UnsafePointer<Float>, adversarial: UnsafePointer<Float>, count: Int, poll: () throws -> Void = {}
  ) throws -> [String: PosteriorStatistics] {
    guard settings.norm.infersDomains else { return [:] }
    let pixels = settings.input.planarCount, group = 32
    let rows = Storage(count: 2 * min(group, count) * pixels)
    var parts: [String: [(gauge: PosteriorGauge, clean: Int, adversarial: Int)]] = [:]
    for first in stride(from: 0, to: count, by: group) {
      let here = min(group, count - first)
      rows.pointer.update(from: clean + first * pixels, count: here * pixels)
      (rows.pointer + here * pixels).update(from: adversarial + first * pixels, count: here * pixels)
      try forward(rows.pointer, count: 2 * here, mode: .eval, domains: .cleanFirst(here), poll: poll)
      for gauge in posteriors { parts[gauge.name, default: []].append((gauge, here, here)) }
    }
    let places = Dictionary(normPlaces.map { ($0.name, $0.shape.pixels) }) { first, _ in first }
    return parts.reduce(into: [:]) { result, layer in
      result[layer.key] = PosteriorStatistics(layer.value, pixelsPerImage: places[layer.key] ?? 0)
    }
  }
}
