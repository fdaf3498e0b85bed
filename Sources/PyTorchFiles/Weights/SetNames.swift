/// The names under which programs save weights. Several complete sets in a file are told apart by them.
package enum SetNames {
  private static let usual = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "student", "weights",
    "params", "state", "net_state_dict", "model_dict",
  ]

  private static let average = 200

  /// True for the rank of averages and teachers.
  package static func isAverage(_ rank: Int) -> Bool { rank == average }

  /// The smaller the more usual; averages come last, since training reports the weights themselves. Sets of one rank
  /// cannot be told apart. `path` has dots between its keys and may end with one; empty for the whole file.
  package static func rank(_ path: String) -> Int {
    let keys = path.split(separator: ".").map { $0.lowercased() }
    guard let last = keys.last else { return 0 }
    if AveragedWeights.isName(path) { return average }
    if let place = usual.firstIndex(of: last) { return 1 + place }
    return 100
  }
}

/// Names of weights that are running averages of the trained ones.
enum AveragedWeights {
  /// True for `ema`, `model_ema`, `ema_state_dict`, `swa_model`, `teacher` and the like.
  static func isName(_ name: String) -> Bool {
    let words = name.lowercased().split { !$0.isLetter }
    return words.contains {
      ["ema", "swa", "averaged", "average", "avg", "shadow", "teacher", "momentum"].contains($0)
    }
  }
}
