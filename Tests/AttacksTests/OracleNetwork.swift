import Networks
import Tensors
import TestSupport

/// One of the reference networks of `attacks/`: `nat`, `at`, `rgb`.
func oracleNetwork(_ name: String, threads: Int = 2) throws -> Network {
  let oracle = try Oracle("attacks/model_\(name)")
  let size = Int(oracle.setting("size") ?? 0)
  var settings = ModelSettings(
    name: "small-cnn", input: Shape(Int(oracle.setting("channels") ?? 0), size, size), classes: 10,
    width: Int(oracle.setting("width1") ?? 0), mean: Float(oracle.setting("mean") ?? 0),
    deviation: Float(oracle.setting("std") ?? 1))
  for option in ["width2", "conv1_stride", "logit_scale"] { settings.options[option] = oracle.setting(option) }
  guard let network = Network(settings, pool: ThreadPool(threads: threads)) else { throw FileError("no such model") }
  try network.load(oracle.file, prefix: "state.")
  return network
}

/// A poll that never objects.
func noPoll() throws {}
