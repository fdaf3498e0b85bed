import ArgumentParser
import Networks
import Recipe
import Spelling

/// Which network a file of another program's weights is of, as typed.
package struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Model of the weights, e.g. WRN-28-10 (default: recognized from the tensors); see 'dualab models list'.",
      valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Which weights to take when the file holds several sets, e.g. model_ema; see 'dualab weights show'.",
      valueName: "name"))
  var key: String?

  package init() {}

  /// The settings by hand with these options, as `WeightsFile.network` takes them. Throws `CommandFailure` or
  /// `SettingError` of usage.
  func given(_ changes: [Assignment]) throws -> [String: String] {
    var given = Dictionary(changes.map { ($0.name, $0.value) }) { $1 }
    if let model {
      if let other = given["model"] {
        throw CommandFailure.usage("--model \(model) and --set model=\(other) name the network twice; remove one")
      }
      given["model"] = model
    }
    if let key {
      if let other = given["key"] {
        throw CommandFailure.usage("\(keyOption(key)) and --set key=\(other) name the weights twice; remove one")
      }
      given["key"] = key
    }
    return try WeightsFile.spelledOut(given)
  }

  /// The options that were given.
  var typed: [(name: String, value: String)] {
    [("--model", model), ("--key", key)].compactMap { name, value in value.map { (name, $0) } }
  }
}
