import ArgumentParser

/// `dualab weights`: looks into files of weights.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights", abstract: "Look into a file of weights, and compare it with PyTorch.",
    subcommands: [WeightsShow.self, WeightsCheck.self])
}
