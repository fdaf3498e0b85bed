import ArgumentParser
import Spelling

/// Which network a file of another program's weights is of, as typed.
package struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Model of the weights (default: recognized from the tensors); see 'dualab models list'.", valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp("Which weights to take when the file holds several sets, e.g. model_ema.", valueName: "name"))
  var key: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Set a network setting, e.g. mean=0.5 or activation=silu. Repeatable.", valueName: "name=value"))
  var assignments: [String] = []

  package init() {}

  /// The settings by hand, as `WeightsFile.network` takes them. Throws `CommandFailure` of usage.
  func given() throws -> [String: String] {
    var given: [String: String] = [:]
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "=") else {
        throw CommandFailure.usage("--set \(assignment): use NAME=VALUE, e.g. width=64")
      }
      given[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
    }
    if let model { given["model"] = model }
    if let key {
      if let other = given["key"] {
        throw CommandFailure.usage("\(keyOption(key)) and --set key=\(other) name the weights twice; remove one")
      }
      given["key"] = key
    }
    return given
  }

  /// The same options for another command line, each with a blank in front.
  var asTyped: String {
    var text = key.map { " " + keyOption($0) } ?? ""
    for assignment in assignments { text += " --set \(shellWord(assignment))" }
    return text
  }
}
