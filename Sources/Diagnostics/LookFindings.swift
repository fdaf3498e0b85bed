import Foundation
import Tensors

/// What one process of several has found about its images, for the others.
struct LookFindings {
  /// The images that were attacked.
  let images: [Int]
  /// Those that were broken.
  let broken: [Int]
  /// The points that broke them, [broken][pixels].
  let points: [Float]
  /// Forward and backward passes of one image.
  let passes: Int
  /// What is remembered of `images` from now on.
  let memory: AttackMemory?
}

extension LookFindings {
  /// As a message.
  func encoded() throws -> [UInt8] {
    var file = Safetensors()
    memory?.add(to: &file)
    file.add("attacked", shape: [images.count], integers: images)
    file.add("broken", shape: [broken.count], integers: broken)
    file.add("points", shape: [points.count], floats: points)
    file.add("passes", shape: [1], integers: [passes])
    return Array(try file.encoded())
  }

  /// Reads a message. Throws `FileError`.
  init(_ message: [UInt8]) throws {
    let file = try Safetensors(data: Data(message))
    images = try file.integers("attacked")
    broken = try file.integers("broken")
    points = try file.floats("points")
    passes = try file.integers("passes").reduce(0, +)
    memory = try AttackMemory(file)
  }
}
