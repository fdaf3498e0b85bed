/// How a dual norm's posterior p (the probability that a pixel is of a clean image) spreads. ALGORITHMS §9.2. Pure.
public struct PosteriorStatistics: Sendable, Hashable, Codable {
  /// Pixels in twenty equal parts of [0, 1]; p = 1 counts to the last.
  public let histogram: [Int]
  /// Share of pixels with p below .01 or above .99.
  public let decided: Double
  /// Share of pixels routed to their own domain: p > ½ on clean images, p ≤ ½ on adversarial ones.
  public let routing: Double
  /// Mean of p over the pixels of clean images; nil without any.
  public let cleanMean: Double?
  /// Mean of p over the pixels of adversarial images; nil without any.
  public let adversarialMean: Double?
  /// Pixels in all.
  public let pixels: Int

  /// Parts of the histogram.
  public static let bins = 20

  /// Of the posteriors of one layer, pixel by pixel, over images of each domain.
  public init(clean: [Float], adversarial: [Float]) {
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

  enum CodingKeys: String, CodingKey {
    case histogram, decided, routing, pixels
    case cleanMean = "clean_mean"
    case adversarialMean = "adversarial_mean"
  }
}
