import ArgumentParser

@main
struct DualabCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "dualab", abstract: "A terminal laboratory for dual-domain adversarial training.")
}
