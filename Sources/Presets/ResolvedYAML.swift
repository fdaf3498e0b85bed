import Events
import Recipe
import Spelling

/// All settings with their help, in the order of `AnyKnob.all`, and the tour, as a preset file: what a run folder
/// keeps.
///
/// Reading the text gives the same settings, bit for bit, and the same tour. `header` becomes the comment at the top.
package func resolvedYAML(_ settings: Settings, tour: [TourStop] = [], header: String = "") -> String {
  var lines = header.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#" : "# \($0)" }
  for knob in AnyKnob.all {
    let unit = knob.unit.isEmpty ? "" : ", \(knob.unit)"
    lines += ["", "# \(knob.help) (\(knob.accepted)\(unit))", "\(knob.name): \(written(settings[knob], of: knob))"]
  }
  if !tour.isEmpty { lines += ["", "# changes during the run", "tour:"] + tour.map(written) }
  return lines.joined(separator: "\n") + "\n"
}

/// `  - {at: 200, set: {beta: 1}, say: "the cure"}`
private func written(_ stop: TourStop) -> String {
  var parts = ["at: \(stop.step)"]
  let changes = stop.changes.compactMap { change in
    AnyKnob.named(change.knob).map { "\(change.knob): \(written(change.value, of: $0))" }
  }
  if !changes.isEmpty { parts.append("set: {\(changes.joined(separator: ", "))}") }
  if !stop.caption.isEmpty { parts.append("say: \(quoted(stop.caption))") }
  if let pane = stop.pane { parts.append("pane: \(quoted(pane))") }
  if stop.pauses { parts.append("pause: true") }
  if let batches = stop.recalibrates { parts.append("recalibrate: \(batches)") }
  if stop.finishes == true { parts.append("finish: true") }
  return "  - {\(parts.joined(separator: ", "))}"
}

private func written(_ value: KnobValue, of knob: AnyKnob) -> String {
  switch value {
  case .number(let number):
    // `16/255` is easier to read, but only right if it is exactly this number.
    let text = knob.format(value)
    return Fraction.parse(text) == number ? text : Fraction.decimal(number)
  case .text(let text):
    if case .choice = knob.kind { return text }
    return quoted(text)
  case .integer, .flag: return knob.format(value)
  }
}

/// The text as a double-quoted YAML scalar.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\" + String(scalar)
    case " "..."~": result.unicodeScalars.append(scalar)
    default:
      let digits = String(scalar.value, radix: 16)
      result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }
  return result + "\""
}
