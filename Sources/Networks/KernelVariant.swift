import CKernels

/// Which of the CPU variants of the kernels runs in this process; chosen at the first use, see `CKernels/dispatch.c`.
package enum KernelVariant {
  /// `avx512`, `avx2` or `portable`.
  package static var current: String { String(cString: dl_variant_name()) }

  /// Those this machine can run, best first.
  package static var available: [String] {
    (0..<Int32.max).lazy.map { dl_variant_available($0) }.prefix { $0 != nil }.compactMap {
      $0.map(String.init(cString:))
    }
  }
}
