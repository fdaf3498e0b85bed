/// What the bits of a run depend on next to its settings: the kernels of this machine, and this program.
package struct Provenance: Sendable, Hashable, Codable {
  /// The version of this program.
  package static let version = "0.1.0"

  /// The program's version.
  package var version: String
  /// The CPU variant of the kernels: `avx2`.
  package var kernels: String
  /// How 3×3 convolutions are computed: `fast`.
  package var convolution: String

  package init(version: String, kernels: String, convolution: String) {
    (self.version, self.kernels, self.convolution) = (version, kernels, convolution)
  }

  /// Of this process.
  package static var current: Provenance {
    Provenance(
      version: version, kernels: KernelVariant.current, convolution: ConvolutionKind.fromEnvironment.rawValue)
  }

  /// In words: `version 0.1.0, kernels avx2, convolution fast`.
  package var text: String { "version \(version), kernels \(kernels), convolution \(convolution)" }

  /// This one after `former` ones, each once.
  package func following(_ former: [Provenance]?) -> [Provenance] {
    let others = former ?? []
    return others.contains(self) ? others : others + [self]
  }

  /// What differs from another process, `kernels avx512 (here avx2)`, one each; nothing where the bits are the same.
  package func differences(from here: Provenance) -> [String] {
    [
      ("version", version, here.version), ("kernels", kernels, here.kernels),
      ("convolution", convolution, here.convolution),
    ].filter { $0.1 != $0.2 }.map { "\($0.0) \($0.1) (here \($0.2))" }
  }
}
