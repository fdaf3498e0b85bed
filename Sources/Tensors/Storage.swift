#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Floats on the heap at a fixed place, aligned to 64 bytes: what kernels read and write.
package final class Storage {
  /// How many floats.
  package let count: Int
  /// The first of them.
  package let pointer: UnsafeMutablePointer<Float>

  private static let largePage = 1 << 21

  /// `count` zeros.
  package init(count: Int) {
    self.count = count
    let bytes = max(1, count) * MemoryLayout<Float>.stride
    // Wide layers' weights are read from one end to the other in every pass: in large pages that is a tenth faster.
    let isLarge = bytes >= 16 * Storage.largePage
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Storage.largePage : 64)
    #if os(Linux)
      // Advice; a system without large pages ignores it.
      if isLarge { _ = madvise(memory, bytes, 14 /* MADV_HUGEPAGE */) }
    #endif
    pointer = memory.initializeMemory(as: Float.self, repeating: 0, count: max(1, count))
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// The floats, for whole-array work.
  package var buffer: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  /// Takes the values of a storage of the same size.
  package func copy(from other: Storage) {
    precondition(count == other.count, "storages of \(count) and \(other.count) floats")
    pointer.update(from: other.pointer, count: count)
  }

  /// Sets every float to 0.
  package func clear() { buffer.update(repeating: 0) }
}
