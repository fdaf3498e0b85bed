import Attacks
import Diagnostics
import Evaluation
import Networks
import Tensors
import TestSupport
import Testing

/// One of the reference networks of `attacks/`: `at` was trained adversarially, `masked` has logits scaled up until the
/// cross-entropy is flat, which is false robustness by construction.
func referenceNetwork(_ name: String, threads: Int = 2) throws -> Network {
  let oracle = try Oracle("attacks/model_\(name)"), size = Int(oracle.setting("size") ?? 0)
  var settings = ModelSettings(
    name: "small-cnn", input: Shape(1, size, size), classes: 10, width: Int(oracle.setting("width1") ?? 0),
    mean: Float(oracle.setting("mean") ?? 0), deviation: Float(oracle.setting("std") ?? 1))
  for option in ["width2", "conv1_stride", "logit_scale"] { settings.options[option] = oracle.setting(option) }
  let network = try #require(Network(settings, pool: ThreadPool(threads: threads)))
  try network.load(oracle.file, prefix: "state.")
  return network
}

/// A sentinel on the first images of the reference networks' evaluation set.
func referenceSentinel(_ count: Int, deepCount: Int = 16) throws -> Sentinel {
  let oracle = try Oracle("attacks/evaluation_set")
  let pixels = try oracle.file.bytes("images").prefix(count * 14 * 14).map { Float($0) / 255 }
  let labels = try oracle.integers("labels").prefix(count)
  return Sentinel(
    try EvaluationSet(images: Array(pixels), shape: Shape(1, 14, 14), labels: Array(labels)), deepCount: deepCount,
    seed: 7)
}
