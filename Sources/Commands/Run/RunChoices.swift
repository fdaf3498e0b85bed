import Foundation
import Lab
import Presets
import Runs

extension RunChoice {
  /// So many of the latest runs are described; to open every record would take long.
  private static let described = 30

  /// Presets and runs that the lab can open, the presets first, runs with the latest first.
  static func all(_ library: ResourceLibrary<Preset>) -> [RunChoice] {
    let presets = library.list().compactMap { try? library.load($0.path) }.map { preset in
      RunChoice(
        name: preset.name, summary: preset.summary,
        lines: preset.header.split(separator: "\n").dropFirst().prefix(6).map {
          $0.trimmingCharacters(in: .whitespaces)
        }, next: .preset(preset.path.isEmpty ? preset.name : preset.path))
    }
    let folder = URL(fileURLWithPath: "runs")
    let runs = RunName.known(in: folder).reversed().enumerated().map { place, name in
      let card =
        place < described ? try? RunCard(RunStore.open(folder.appendingPathComponent(name), writing: false)) : nil
      return RunChoice(
        name: "runs/\(name)",
        summary: card.map { "\($0.preset), \($0.state.word), step \(RunTable.steps($0))" } ?? "a run",
        lines: card.map { ["gap: \(RunTable.gap($0))"] } ?? [], next: .run("runs/\(name)"))
    }
    return presets + runs
  }
}
