import Attacks
import Datasets
import Diagnostics
import Engine
import Evaluation
import Events
import Foundation
import Networks
import Recipe
import Tensors

/// A diagnosis, decided: the network, the images, the attacks.
struct DiagnosePlan {
  let suite: AttackSuite
  private let path: String
  private let checkpoint: SavedCheckpoint
  private let network: Network
  private let images: LabelledImages
  private let attack: any Attack
  private let seed: UInt32
  /// Positions in `normPlaces` that are looked at; the one asked for, or all.
  private let layers: [Int]
  private let isOneLayer: Bool

  /// Loads everything. Throws lines.
  init(path: String, limit: Int, layer: String?, assignments: [String], threads: Int?) throws {
    self.path = path
    checkpoint = try SavedCheckpoint(path, takesSettings: false)
    var settings = checkpoint.settings
    for assignment in assignments {
      guard assignment.hasPrefix("data.") else {
        throw CommandFailure.usage("--set \(assignment): give a setting of the data, such as data.dir=FOLDER")
      }
      try settings.apply(assignment: assignment)
    }
    images = LabelledImages(try loadData(settings).test, source: "\(settings[.data].rawValue):test", limit: limit)
    let pool = ThreadPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    network = try checkpoint.network(input: images.shape, pool: pool).network
    try images.check(classes: network.classes)
    attack = settings.trainingAttack
    seed = settings.runSeed
    suite = AttackSuite(.standard, classes: network.classes)
    let places = network.normPlaces
    isOneLayer = layer != nil
    if let layer {
      guard let place = places.firstIndex(where: { $0.name == layer }) ?? Int(layer).map({ $0 - 1 }),
        places.indices.contains(place)
      else {
        let names = places.map(\.name).joined(separator: ", ")
        throw CommandFailure.usage("--layer \(layer): give 1 … \(places.count) or one of \(names)")
      }
      layers = [place]
    } else {
      layers = Array(places.indices)
    }
  }

  /// Measures everything. `observe` hears of AutoAttack's progress; what `poll` throws ends it.
  func measure(_ observe: (EvaluationProgress) -> Void, poll: () throws -> Void) throws -> DiagnoseResult {
    let set = try EvaluationSet(
      images: images.pixels, shape: images.shape, labels: images.labels, indices: images.indices)
    let sentinel = Sentinel(set, deepCount: set.count, seed: seed)
    let quick = try sentinel.quick(afterStep: checkpoint.step, attack, on: network, poll: poll).probe
    let evidence = try sentinel.evidence(after: quick, attack, on: network, poll: poll)

    let settings = EvaluationSettings(
      norm: attack.norm, epsilon: Double(attack.epsilon), suite: suite, seed: seed, compares: true)
    let evaluation = try RobustnessEvaluation(network, set, settings: settings)
    try evaluation.run(observe: observe, poll: poll)
    let examples = evaluation.record.examples, report = evaluation.report()
    let left = quick.survivors.count { examples[$0].isRobust }
    let full = GapReading(
      step: checkpoint.step, tier: .full, n: set.count, survivors: quick.survivors.count,
      broken: quick.survivors.count - left)

    let pgd = Storage(count: set.images.count)
    try attack.perturb(set.batch(seed: seed), on: network, into: pgd.pointer, poll: poll)
    let domains = DomainImages(
      clean: set.image(0), pgd: UnsafePointer(pgd.pointer), aa: UnsafePointer(evaluation.adversarials.pointer),
      isBroken: examples.map { $0.breaking != nil })

    return DiagnoseResult(
      card: card(), clean: report.clean, pgd: quick.adversarial, autoAttack: report.robust, quick: quick.reading,
      full: full, causes: evidence.causes(), evidence: evidence,
      asReturned: try domains.distancesAsReturned(network, poll: poll),
      brokenOnly: try domains.distancesOfBroken(network, poll: poll),
      layers: try layerResults(domains, count: set.count, poll), branches: try branchRows(set, poll),
      warnings: report.warnings)
  }

  /// The network read through either set of split norms, each time for clean and for adversarial images. ALGORITHMS §10.
  private func branchRows(_ set: EvaluationSet, _ poll: () throws -> Void) throws -> [DiagnoseResult.BranchRow]? {
    guard network.settings.norm.choosesSet else { return nil }
    let own = network.branch, points = Storage(count: set.images.count)
    defer { network.branch = own }
    func correct(_ images: UnsafePointer<Float>) -> Proportion {
      let logits = network.evaluate(images, count: set.count), classes = network.classes
      let right = logits.withUnsafeBufferPointer { logits in
        (0..<set.count).count { image in
          logits.baseAddress.map { predictedClass($0 + image * classes, classes: classes) } == set.labels[image]
        }
      }
      return Proportion(correct: right, n: set.count)
    }
    return try [Branch.clean, .adversarial].map { branch in
      network.branch = branch
      try attack.perturb(set.batch(seed: seed), on: network, into: points.pointer, poll: poll)
      return DiagnoseResult.BranchRow(
        branch: branch.rawValue, clean: correct(set.image(0)), pgd: correct(UnsafePointer(points.pointer)))
    }
  }

  private func layerResults(
    _ domains: DomainImages, count: Int, _ poll: () throws -> Void
  ) throws -> [DiagnoseResult.Layer] {
    let clean = try network.normInputMoments(domains.clean, count: count, poll: poll)
    let pgd = try network.normInputMoments(domains.pgd, count: count, poll: poll)
    let posteriors = try network.posteriorStatistics(
      clean: domains.clean, adversarial: domains.pgd, count: count, poll: poll)
    return try layers.map { layer in
      let place = network.normPlaces[layer], running = network.runningMoments(ofLayer: layer)
      func distance(_ moments: [ChannelMoments], _ domain: String) -> Double? {
        (running.first { $0.domain.hasPrefix(domain) } ?? running.first).map {
          Wasserstein.squared(moments[layer], ChannelMoments($0))
        }
      }
      let scatter = try DomainScatter(network, layer: layer, domains, count: count, poll: poll)
      return DiagnoseResult.Layer(
        number: layer + 1, name: place.name, input: [place.shape.channels, place.shape.height, place.shape.width],
        cleanRunning: distance(clean, "clean"), pgdRunning: distance(pgd, "adv"),
        posterior: posteriors[place.name], explained: scatter.explainedRatio,
        points: isOneLayer ? DiagnoseResult.Points(scatter) : nil)
    }
  }

  private func card() -> DiagnoseResult.Card {
    DiagnoseResult.Card(
      program: DualabCommand.configuration.version, checkpoint: path, preset: checkpoint.preset, step: checkpoint.step,
      model: network.settings.name, width: network.settings.width, data: images.source, images: images.count,
      input: [images.shape.channels, images.shape.height, images.shape.width], norm: attack.norm,
      eps: checkpoint.settings[.epsilon], attack: attack.title, suite: suite.title(classes: network.classes),
      seed: seed)
  }
}
