import CKernels
import Networks
import Tensors
import TestSupport
import Testing

/// The kernels that run, for messages.
var kernelVariant: String { String(cString: dl_variant_name()) }

/// Expects numbers to be those of an oracle's tensor, within the tolerance that comes with it.
func expect(
  _ got: [Float], _ tensor: String, _ oracle: Oracle, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let excess = try oracle.excess(got, tensor)
  #expect(excess <= 1, "\(oracle.name) \(tensor) on \(kernelVariant)", sourceLocation: sourceLocation)
}

/// A network with its first weights.
func freshNetwork(
  _ name: String, _ input: Shape, classes: Int = 10, width: Int = 8, threads: Int = 2, seed: UInt32,
  change: (inout ModelSettings) -> Void = { _ in }
) throws -> Network {
  var settings = ModelSettings(name: name, input: input, classes: classes, width: width)
  change(&settings)
  let network = try #require(Network(settings, pool: ThreadPool(threads: threads)))
  network.initialize(seed: seed)
  return network
}
