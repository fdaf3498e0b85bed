import Engine
import Events
import Recipe
import Testing

/// What TRADES' attack moves away from is computed once per step, not once per iteration.
struct CleanTargetTests {
  /// Polls of one step. Passes with batch moments poll before every layer, so that they tell how many passes there
  /// were.
  private func polls(_ objective: String, iterations: Int) throws -> Int {
    var settings = Settings()
    for assignment in [
      "data=mirage", "model=conv4", "steps=2", "batch=16", "data.train=64", "attack.bn=batch-notrack",
      "attack.steps=\(iterations)", "objective=\(objective)", "beta=6",
    ] { try settings.apply(assignment: assignment) }
    let trainer = try Trainer(settings: settings, presetName: "polls", threads: 1, folder: nil)
    var count = 0
    _ = try trainer.step(1, settings: settings) { count += 1 }
    return count
  }

  @Test func theCleanHalfOfKLIsComputedOnce() throws {
    let mat = try [1, 2, 5].map { try polls("mat", iterations: $0) }
    let trades = try [1, 2, 5].map { try polls("trades", iterations: $0) }
    // An iteration polls once, and before every layer forward and backward.
    let iteration = mat[1] - mat[0], layers = (iteration - 1) / 2
    #expect(iteration == 1 + 2 * layers && layers > 4)
    #expect(mat[2] - mat[0] == 4 * iteration)
    // TRADES has one forward pass more than MAT, however many iterations.
    for (mat, trades) in zip(mat, trades) { #expect(trades - mat == layers) }
  }
}
