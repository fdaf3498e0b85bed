import Attacks
import Datasets
import Diagnostics
import Engine
import Evaluation
import Foundation
import Networks
import Recipe
import Tensors

extension Diagnosis {
  /// The diagnosis of a checkpoint on the test images of its data set, as typed. Throws one line.
  init(checkpoint path: String, limit: Int, layer: String?, assignments: [String], threads: Int?) throws {
    let checkpoint = try SavedCheckpoint(path, takesSettings: false)
    var settings = checkpoint.settings
    for assignment in assignments {
      guard assignment.hasPrefix("data.") else {
        throw CommandFailure.usage("--set \(assignment): only data settings can be changed, e.g. data.dir=DIR")
      }
      try settings.apply(assignment: assignment)
      if let reason = AnyKnob.named(try Assignment(assignment).name)?.idleReason(in: settings) {
        throw CommandFailure.usage("--set \(assignment): \(reason); remove it")
      }
    }
    let images = try LabeledImages(
      loadData(settings).test, source: "\(settings[.data].rawValue):test", limit: limit)
    let pool = ThreadPool(threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let read = try checkpoint.network(input: images.shape, pool: pool), network = read.network
    try images.check(classes: network.classes)
    let classNotes = try images.notes(onClasses: checkpoint.weights.classNames)
    let place = try layer.map { try network.place(ofLayer: $0) }
    self.init(
      network, on: try EvaluationSet(images), attack: settings.trainingAttack, seed: settings.runSeed, layer: place,
      source: Source(
        program: DualabCommand.configuration.version, checkpoint: path, preset: checkpoint.preset,
        step: checkpoint.step, data: images.source, epsilon: checkpoint.settings[.epsilon]))
    imported = ImportRecord(read.report, images: images.notes + classNotes)
  }

  /// The diagnosis of a network and images as 'dualab attack' loads them, with PGD-10 in place of a training attack.
  init(_ plan: AttackPlan, layer: String?) throws {
    let place = try layer.map { try plan.network.place(ofLayer: $0) }, epsilon = Float(plan.settings.epsilon)
    self.init(
      plan.network, on: try EvaluationSet(plan.images),
      attack: PGD(norm: plan.settings.norm, epsilon: epsilon, stepSize: epsilon / 4), seed: plan.settings.seed,
      layer: place,
      source: Source(
        program: DualabCommand.configuration.version, checkpoint: plan.card.weights, preset: nil, step: nil,
        data: plan.images.source, epsilon: plan.settings.epsilon))
    (imported, guessing) = (plan.importRecord, plan.guessing)
  }
}

extension Network {
  /// The index in `normPlaces` of a layer, by name or number from 1. Throws `CommandFailure` of usage.
  fileprivate func place(ofLayer text: String) throws -> Int {
    let names = normPlaces.map(\.name)
    if let place = names.firstIndex(of: text) ?? Int(text).map({ $0 - 1 }), names.indices.contains(place) {
      return place
    }
    throw CommandFailure.usage(
      "--layer \(text): use a number in 1 … \(names.count) or one of \(names.joined(separator: ", "))")
  }
}
