import Tensors

/// A piece of a network. Made in the order of the forward pass, each on the output of the one before; then
/// `planBackward` goes the other way. After that `forward` and `backward` run as often as one likes.
package protocol Layer: AnyObject {
  /// Where the output stands.
  var output: Activation { get }
  /// Plans the backward pass. Takes over the memory of the output's gradient, hands over that of the input's.
  func planBackward(_ gradient: Activation, _ plan: inout ArenaPlan) -> Activation
  /// Computes the output.
  func forward(_ pass: Pass)
  /// Computes the gradients that are wanted; needs the activations of the last forward in the same workspace.
  func backward(_ pass: Pass)
  /// Makes what follows from the weights: packed copies. Called after every change of them.
  func prepareWeights(_ memory: NetworkMemory)
  /// Makes what follows from running statistics and weights in eval mode. Called after every change of them.
  func prepareStatistics(_ memory: NetworkMemory)
  /// The layers inside, in the order of the forward pass.
  var children: [any Layer] { get }
  /// Floats of scratch that a call needs.
  var scratchCount: Int { get }
  /// Parameters whose gradients a backward pass makes of sums over the whole batch, also where other processes have parts
  /// of it.
  var wholeGradients: [Range<Int>] { get }
  /// Room for the sums of the parameter gradients over a batch of that many leaves, on that many threads.
  func sumRoom(leaves: Int, threads: Int) -> SumRoom
}

extension Layer {
  package func prepareWeights(_ memory: NetworkMemory) { for child in children { child.prepareWeights(memory) } }
  package func prepareStatistics(_ memory: NetworkMemory) { for child in children { child.prepareStatistics(memory) } }
  package var children: [any Layer] { [] }
  package var scratchCount: Int { children.map(\.scratchCount).max() ?? 0 }
  package var wholeGradients: [Range<Int>] { children.flatMap(\.wholeGradients) }
  package func sumRoom(leaves: Int, threads: Int) -> SumRoom {
    children.reduce(into: SumRoom()) { $0.widen(for: $1.sumRoom(leaves: leaves, threads: threads)) }
  }
}

/// Where a layer finds the gradient of its output and leaves that of its input.
struct GradientPlan {
  let output: Activation
  let input: Activation
}

/// A layer whose input gradient has memory of its own, and whose output gradient is free afterwards.
func separateGradients(from gradient: Activation, to input: Activation, _ plan: inout ArenaPlan) -> GradientPlan {
  let result = GradientPlan(output: gradient, input: Activation(gradientOf: input, &plan))
  plan.giveBack(gradient.slot)
  return result
}
