import Recipe
import Spelling
import Yams

extension Suite {
  /// Reads a suite file. Throws `ResourceError` with file and line for anything that is not part of a suite.
  package init(path: String) throws { try self.init(try FlatYAML.contents(of: path), path: path) }

  /// Reads the bytes of a suite file; `path` gives the suite's name and is used in messages. Throws `ResourceError`.
  package init(_ bytes: [UInt8], path: String) throws {
    let text = try FlatYAML.text(bytes, path: path)
    let root = try FlatYAML.root(of: text, path), reader = YAMLParts(path: path)
    let parts = try reader.mapping(root, "a suite", known: ["title", "paper", "measure", "x", "lite", "full", "rows"])
    func part(_ name: String) throws -> Node {
      guard let node = parts[name] else { throw ResourceError("\(path): '\(name)' is missing; add it") }
      return node
    }
    let header = FlatYAML.header(of: text)
    self.path = path
    name = resourceName(path)
    self.header = header.joined(separator: "\n")
    summary = header.first ?? ""
    title = try reader.text(try part("title"), "title")
    paperSetting = try parts["paper"].map { try reader.text($0, "paper") }
    measures = try reader.measures(try part("measure"))
    abscissa = try parts["x"].map { try reader.abscissa($0) }
    var bases: [SuiteScale: Base] = [:]
    for scale in SuiteScale.allCases { bases[scale] = try reader.base(try part(scale.rawValue), scale) }
    self.bases = bases
    let nodes = try reader.list(try part("rows"), "rows")
    rows = try nodes.map { try reader.row($0) }
    for (place, row) in rows.enumerated() where rows[..<place].contains(where: { $0.label == row.label }) {
      throw reader.error(nodes[place], "label: two rows are called '\(row.label)'; rename one")
    }
    if paperSetting == nil, let place = rows.firstIndex(where: { $0.paper != nil }) {
      throw reader.error(nodes[place], "paper: add 'paper: NETWORK on DATA, ε …' before the rows")
    }
  }
}

extension YAMLParts {
  fileprivate func measures(_ node: Node) throws -> [SuiteMeasure] {
    let measures: [SuiteMeasure] = try list(node, "measure").map { try choice($0, "measure") }
    if let needy = measures.first(where: \.needsAutoAttack), !measures.contains(.autoattack) {
      throw error(node, "measure: \(needy.rawValue) needs AutoAttack's images; add autoattack to the list")
    }
    return measures
  }

  fileprivate func abscissa(_ node: Node) throws -> String {
    let name = try text(node, "x")
    guard name == "clean" || AnyKnob.named(name) != nil else {
      let near = nearestName(to: name, in: AnyKnob.all.map(\.name) + ["clean"]).map { "did you mean '\($0)'?" }
      throw error(node, "x: '\(name)' is not a setting; \(near ?? "use the name of a setting, or clean")")
    }
    return name
  }

  fileprivate func base(_ node: Node, _ scale: SuiteScale) throws -> Suite.Base {
    let parts = try mapping(node, scale.rawValue, known: ["preset", "seeds", "limit", "set"])
    func part(_ name: String) throws -> Node {
      guard let found = parts[name] else { throw error(node, "\(scale.rawValue): '\(name)' is missing; add it") }
      return found
    }
    let seeds = try list(try part("seeds"), "seeds").map { try integer($0, "seeds", least: 0) }
    guard Set(seeds).count == seeds.count else { throw error(node, "seeds: a seed occurs twice; keep one of them") }
    return Suite.Base(
      preset: try text(try part("preset"), "preset"), seeds: seeds,
      limit: try integer(try part("limit"), "limit", least: 1),
      settings: try parts["set"].map { try settings($0).values } ?? [])
  }

  fileprivate func row(_ node: Node) throws -> Suite.Row {
    let parts = try mapping(node, "a row", known: ["label", "only", "set", "lite", "full", "paper"])
    guard let label = parts["label"] else { throw error(node, "a row has no label; add 'label: NAME'") }
    var own: [SuiteScale: [SuiteSetting]] = [:]
    var presets: [SuiteScale: String] = [:]
    for scale in SuiteScale.allCases {
      guard let part = parts[scale.rawValue] else { continue }
      let (preset, values) = try settings(part, takesPreset: true)
      own[scale] = values
      presets[scale] = preset
    }
    let only: SuiteScale? = try parts["only"].map { try choice($0, "only") }
    return Suite.Row(
      label: try text(label, "label"), scales: only.map { [$0] } ?? SuiteScale.allCases,
      settings: try parts["set"].map { try settings($0).values } ?? [], own: own, presets: presets,
      paper: try parts["paper"].map { try paper($0) })
  }

  private func paper(_ node: Node) throws -> PaperFigures {
    let parts = try mapping(node, "paper", known: ["clean", "pgd", "autoattack", "gap", "w2"])
    func percent(_ name: String) throws -> Double? {
      try parts[name].map { try number($0, name, 0...100) }
    }
    let w2 = try parts["w2"].map { node in
      let values = try list(node, "w2").map { try number($0, "w2", 0...1e6) }
      guard values.count == 3 else { throw error(node, "w2: use three numbers: [clean–PGD, clean–AA, PGD–AA]") }
      return values
    }
    return PaperFigures(
      clean: try percent("clean"), pgd: try percent("pgd"), autoattack: try percent("autoattack"),
      gap: try percent("gap"), w2: w2)
  }
}
