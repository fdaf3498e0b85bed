/// The size of one image's activations: channels × height × width.
package struct Shape: Sendable, Hashable, Codable {
  /// Channels per block in the layout inside a network: `[N][C/16][H][W][16]`.
  package static let lanes = 16

  /// Channels.
  package let channels: Int
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int

  /// C × H × W.
  package init(_ channels: Int, _ height: Int, _ width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Pixels of one channel.
  package var pixels: Int { height * width }
  /// Blocks of 16 channels, the last one padded with zeros.
  package var blocks: Int { (channels + Shape.lanes - 1) / Shape.lanes }
  /// Floats of one image in planar layout, `[C][H][W]`.
  package var planarCount: Int { channels * pixels }
  /// Floats of one image in blocked layout, `[C/16][H][W][16]`.
  package var blockedCount: Int { blocks * Shape.lanes * pixels }

  /// Copies images from planar to blocked layout, padding with zeros.
  package func block(_ planar: UnsafePointer<Float>, images: Int, into blocked: UnsafeMutablePointer<Float>) {
    blocked.update(repeating: 0, count: images * blockedCount)
    eachPlace(images: images) { planarPlace, blockedPlace in blocked[blockedPlace] = planar[planarPlace] }
  }

  /// Copies images from blocked to planar layout, leaving the padding behind.
  package func unblock(_ blocked: UnsafePointer<Float>, images: Int, into planar: UnsafeMutablePointer<Float>) {
    eachPlace(images: images) { planarPlace, blockedPlace in planar[planarPlace] = blocked[blockedPlace] }
  }

  private func eachPlace(images: Int, _ body: (Int, Int) -> Void) {
    for image in 0..<images {
      for channel in 0..<channels {
        let from = (image * channels + channel) * pixels
        let to = image * blockedCount + (channel / Shape.lanes) * pixels * Shape.lanes + channel % Shape.lanes
        for pixel in 0..<pixels { body(from + pixel, to + pixel * Shape.lanes) }
      }
    }
  }
}
