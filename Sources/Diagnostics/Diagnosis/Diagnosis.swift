import Attacks
import Evaluation
import Events
import Networks
import Tensors

/// Looks into a trained network: the gap between PGD and AutoAttack, what explains it, and how far clean, PGD and
/// AutoAttack images are apart in every normalization layer.
package struct Diagnosis {
  /// Where network and images come from, for the result's protocol.
  package struct Source: Sendable {
    package var program: String
    package var checkpoint: String
    /// The run's preset; nil for weights of another program.
    package var preset: String?
    /// The training step; nil for weights of another program.
    package var step: Int?
    package var data: String
    /// ε as the settings give it.
    package var epsilon: Double

    package init(program: String, checkpoint: String, preset: String?, step: Int?, data: String, epsilon: Double) {
      self.program = program
      self.checkpoint = checkpoint
      self.preset = preset
      self.step = step
      self.data = data
      self.epsilon = epsilon
    }
  }

  /// The strong attacks.
  package let suite: AttackSuite
  private let source: Source
  private let network: Network
  private let set: EvaluationSet
  private let attack: any Attack
  private let seed: UInt32
  /// Index in `normPlaces` of the only layer to look at; nil for all layers.
  private let layer: Int?
  /// Asks whether clean accuracy is above guessing.
  package var guessing = GuessingCheck()
  /// What was assumed and converted when network and images were read, for the result.
  package var imported: ImportRecord?

  /// A diagnosis of `network` on `set`, with `attack` and `seed` as in its training. With `layer`, an index in
  /// `normPlaces`, only that layer is looked at, and the result has its PCA points.
  package init(
    _ network: Network, on set: EvaluationSet, attack: any Attack, seed: UInt32, layer: Int? = nil, source: Source
  ) {
    self.network = network
    self.set = set
    self.attack = attack
    self.seed = seed
    self.layer = layer
    self.source = source
    suite = AttackSuite(.standard, classes: network.classes)
  }

  /// Measures everything. `observe` is called with AutoAttack's progress, `warned` before it starts if clean accuracy
  /// is no better than guessing; an error from `poll` ends the diagnosis.
  package func run(
    observe: (EvaluationProgress) -> Void = { _ in }, warned: @escaping (EvaluationWarning) -> Void = { _ in },
    poll: () throws -> Void = {}
  ) throws -> DiagnosisResult {
    let sentinel = Sentinel(set, deepCount: set.count, seed: seed)
    let quick = try sentinel.quick(afterStep: source.step ?? 0, attack, on: network, poll: poll).probe
    let evidence = try sentinel.evidence(after: quick, attack, on: network, poll: poll)

    let evaluation = try RobustnessEvaluation(
      network, set, settings: sentinel.settings(suite, in: attack, compares: true))
    (evaluation.guessing, evaluation.warned) = (guessing, warned)
    try evaluation.run(observe: observe, poll: poll)
    let examples = evaluation.record.examples, report = evaluation.report()
    let left = quick.survivors.count { examples[$0].isRobust }
    let full = GapReading(
      step: source.step ?? 0, tier: .full, n: set.count, survivors: quick.survivors.count,
      broken: quick.survivors.count - left)

    let pgd = Storage(count: set.images.count)
    try attack.perturb(set.batch(seed: seed), on: network, into: pgd.pointer, poll: poll)
    let domains = DomainImages(
      clean: set.image(0), pgd: UnsafePointer(pgd.pointer), aa: UnsafePointer(evaluation.adversarials.pointer),
      isBroken: examples.map { $0.breaking != nil })
    return DiagnosisResult(
      card: card, imported: imported, clean: report.clean, pgd: quick.adversarial, autoAttack: report.robust,
      quick: quick.reading,
      full: full, causes: evidence.causes(), evidence: evidence,
      asReturned: try domains.distancesAsReturned(network, poll: poll),
      brokenOnly: try domains.distancesOfBroken(network, poll: poll), layers: try layers(domains, poll),
      branches: try branches(poll), warnings: report.warnings)
  }

  /// The network read through either set of split norms, each time for clean and for adversarial images.
  /// docs/algorithms.md §10.
  private func branches(_ poll: () throws -> Void) throws -> [DiagnosisResult.BranchRow]? {
    guard network.settings.norm.choosesSet else { return nil }
    let own = network.branch, measurement = AccuracyMeasurement(set, seed: seed)
    defer { network.branch = own }
    return try [Branch.clean, .adversarial].map { branch in
      network.branch = branch
      let accuracies = try measurement.run(on: network, under: [attack], poll: poll)
      return DiagnosisResult.BranchRow(
        branch: branch.rawValue, clean: accuracies.clean, pgd: accuracies.attacked[0])
    }
  }

  private func layers(_ domains: DomainImages, _ poll: () throws -> Void) throws -> [DiagnosisResult.Layer] {
    let places = network.normPlaces
    let clean = try network.normInputMoments(domains.clean, count: set.count, poll: poll)
    let pgd = try network.normInputMoments(domains.pgd, count: set.count, poll: poll)
    let posteriors = try network.posteriorStatistics(
      clean: domains.clean, adversarial: domains.pgd, count: set.count, poll: poll)
    return try (layer.map { [$0] } ?? Array(places.indices)).map { layer in
      let place = places[layer], running = network.runningMoments(ofLayer: layer)
      func distance(_ moments: [ChannelMoments], _ domain: String) -> Double? {
        (running.first { $0.domain.hasPrefix(domain) } ?? running.first).map {
          Wasserstein.squared(moments[layer], ChannelMoments($0))
        }
      }
      let scatter = try DomainScatter(network, layer: layer, domains, count: set.count, poll: poll)
      return DiagnosisResult.Layer(
        number: layer + 1, name: place.name, input: [place.shape.channels, place.shape.height, place.shape.width],
        cleanRunning: distance(clean, "clean"), pgdRunning: distance(pgd, "adv"),
        posterior: posteriors[place.name], explained: scatter.explainedRatio,
        points: self.layer == nil ? nil : DiagnosisResult.Points(scatter))
    }
  }

  private var card: DiagnosisResult.Card {
    let model = network.settings, shape = set.shape
    return DiagnosisResult.Card(
      program: source.program, checkpoint: source.checkpoint, preset: source.preset, step: source.step,
      model: model.name, width: model.width, options: model.options.isEmpty ? nil : model.options, data: source.data,
      images: set.count,
      input: [shape.channels, shape.height, shape.width], norm: attack.norm, eps: source.epsilon,
      attack: attack.title, suite: suite.title(classes: network.classes), seed: seed)
  }
}
