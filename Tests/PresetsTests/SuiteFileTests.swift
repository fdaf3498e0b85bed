import Events
import Foundation
import TestSupport
import Testing

@testable import Presets

private let small = """
  # A suite for tests.
  title: Small
  paper: N on D
  measure: [pgd]
  lite:
    preset: p
    seeds: [0, 1]
    limit: 8
    set: {gamma: 0.3}
  full: {preset: q, seeds: [2], limit: 9}
  rows:
    - label: one
      set: {gamma: 0.2, beta: 1}
      lite: {beta: 2}
      paper: {clean: 50.5, gap: 3, w2: [1, 2, 3]}
    - label: two
      only: full
      full: {preset: r}
  """

private func suite(_ text: String) throws -> Suite { try Suite(Array(text.utf8), path: "S/s.yaml") }

@Suite struct SuiteFileTests {
  @Test func everyPartIsRead() throws {
    let read = try suite(small)
    #expect(read.name == "s" && read.title == "Small" && read.summary == "A suite for tests.")
    #expect(read.measures == [.pgd] && read.abscissa == nil && read.rows.map(\.label) == ["one", "two"])
    let lite = try #require(read.bases[.lite])
    #expect(lite.preset == "p" && lite.seeds == [0, 1] && lite.limit == 8)
    #expect(read.rows[0].scales == [.lite, .full] && read.rows[1].scales == [.full])
    #expect(
      read.rows[0].paper == PaperFigures(clean: 50.5, gap: 3, w2: [1, 2, 3]) && read.paperSetting == "N on D"
        && read.rows[1].presets == [.full: "r"])
  }

  @Test func settingsApplyFromPresetToOverrides() throws {
    let folder = NSTemporaryDirectory() + "dualab-suite-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in ["p": "gamma: 0.1\nlr: 0.7", "q": "gamma: 0.4", "r": "gamma: 0.6"] {
      try text.write(toFile: "\(folder)/\(name).yaml", atomically: true, encoding: .utf8)
    }
    let library = PresetLibrary(
      try ResourceFolders(.presets, override: folder, environment: [:], home: nil, executable: nil))
    let read = try suite(small)
    func values(_ scale: SuiteScale, _ overrides: [String] = []) throws -> [[String]] {
      try read.resolved(scale, presets: library, assignments: overrides).map { row in
        [row.label, row.preset] + [
          row.settings.formatted(.gamma), row.settings.formatted(.beta), row.settings.formatted(.learningRate),
        ]
      }
    }
    #expect(try values(.lite) == [["one", "p", "0.2", "2", "0.7"]])
    #expect(try values(.full) == [["one", "q", "0.2", "1", "0.1"], ["two", "r", "0.6", "0", "0.1"]])
    #expect(try values(.lite, ["beta=3"]) == [["one", "p", "0.2", "3", "0.7"]])
    #expect(try read.resolved(.lite, presets: library)[0].paper?.clean == 50.5)
    #expect(try read.resolved(.full, presets: library)[0].paper?.clean == 50.5)
    let missing = try suite(small.replacingOccurrences(of: "preset: q", with: "preset: pp"))
    let error = #expect(throws: ResourceError.self) { try missing.resolved(.full, presets: library) }
    #expect(error?.description.hasPrefix("S/s.yaml: row 'one': preset 'pp' not found in ") == true)
  }

  @Test(arguments: [
    ("title: Small", "titel: Small", "S/s.yaml:2: 'titel' is not part of a suite; did you mean 'title'?"),
    ("title: Small\n", "", "S/s.yaml: 'title' is missing; add it"),
    (
      "[pgd]", "[pdg]",
      "S/s.yaml:4: measure: 'pdg' is not accepted; use one of clean, pgd, autoattack, w2, scatter, running (did you mean 'pgd'?)"
    ),
    (
      "[pgd]", "[pgd, w2]",
      "S/s.yaml:4: measure: w2 needs AutoAttack's images; add autoattack to the list"
    ),
    ("measure: [pgd]", "measure: pgd", "S/s.yaml:4: measure: use a list such as [a, b]"),
    (
      "title: Small", "title: Small\nx: gama",
      "S/s.yaml:3: x: 'gama' is not a setting; did you mean 'gamma'?"
    ),
    ("  limit: 8\n", "", "S/s.yaml:6: lite: 'limit' is missing; add it"),
    ("limit: 8", "limit: 0", "S/s.yaml:8: limit: use a whole number of at least 1"),
    ("[0, 1]", "[0, 0]", "S/s.yaml:6: seeds: a seed occurs twice; keep one of them"),
    ("gamma: 0.3", "gama: 0.3", "S/s.yaml:9: 'gama' is not a setting; did you mean 'gamma'?"),
    (
      "gamma: 0.3", "attack: PGD-20",
      "S/s.yaml:9: attack: 'PGD-20' sets more than attack; set attack=pgd and attack.steps=20"
    ),
    ("gamma: 0.3", "gamma: 3", "S/s.yaml:9: gamma: '3' is not accepted; use a number in 0 … 1"),
    ("only: full", "onyl: full", "S/s.yaml:17: 'onyl' is not part of a row; did you mean 'only'?"),
    ("- label: two", "- label: one", "S/s.yaml:16: label: two rows are called 'one'; rename one"),
    ("clean: 50.5", "clean: 150", "S/s.yaml:15: clean: use a number in 0 … 100"),
    ("- label: one\n    set", "- set", "S/s.yaml:12: a row has no label; add 'label: NAME'"),
    ("paper: N on D\n", "", "S/s.yaml:11: paper: add 'paper: NETWORK on DATA, ε …' before the rows"),
    ("w2: [1, 2, 3]", "w2: [1, 2]", "S/s.yaml:15: w2: use three numbers: [clean–PGD, clean–AA, PGD–AA]"),
  ]) func mistakesAreNamedWithTheirLine(old: String, new: String, message: String) throws {
    #expect(small.contains(old))
    let error = #expect(throws: ResourceError.self) { try suite(small.replacingOccurrences(of: old, with: new)) }
    #expect(error?.description == message)
  }
}

@Suite struct ShippedSuiteTests {
  private static func folders(_ kind: ResourceFolders.Kind) throws -> ResourceFolders {
    try ResourceFolders(
      kind, override: Repository.root.appendingPathComponent(kind.rawValue).path, environment: [:], home: nil,
      executable: nil)
  }

  @Test func everySuiteLoadsAndResolves() throws {
    let library = SuiteLibrary(try Self.folders(.suites)), presets = PresetLibrary(try Self.folders(.presets))
    #expect(library.list().count >= 12)
    for entry in library.list() {
      let suite = try library.load(entry.name)
      #expect(suite.summary == entry.summary && suite.summary.count > 40 && suite.summary.hasSuffix("."))
      for part in ["Shows:", "Lite:", "Paper:", "Command:   dualab suite run \(suite.name)"] {
        #expect(suite.header.contains(part), "\(suite.name): \(part)")
      }
      for scale in SuiteScale.allCases {
        let rows = try suite.resolved(scale, presets: presets)
        #expect(!rows.isEmpty)
        // No two rows are the same run.
        #expect(Set(rows.map(\.settings)).count == rows.count, "\(suite.name), \(scale.rawValue)")
      }
      // The lite scale only needs built-in data and data that a Debian package installs.
      for row in try suite.resolved(.lite, presets: presets) {
        #expect(["mirage", "fashion-mnist"].contains(row.settings[.data].rawValue))
        #expect(row.settings[.steps] > 0)
      }
    }
  }

  @Test func rowsAtThePapersScaleUseThePresetOfTheirName() throws {
    let library = SuiteLibrary(try Self.folders(.suites)), presets = PresetLibrary(try Self.folders(.presets))
    let paper = try presets.list().map { try presets.load($0.name) }.filter { $0.settings[.steps] == 0 }
    #expect(paper.count == 14)
    var named: Set<String> = []
    for entry in library.list() {
      for row in try library.load(entry.name).resolved(.full, presets: presets) {
        let same = paper.first { $0.settings == row.settings }
        #expect(same == nil || same?.name == row.preset, "\(entry.name), \(row.label)")
        if let same { named.insert(same.name) }
      }
    }
    #expect(named == Set(paper.map(\.name)))
  }
}
