import Foundation
import TestSupport

@testable import Presets
@testable import Suites

/// Three rows on a few small images: a run takes a fraction of a second.
let tiny = """
  # A suite for tests.
  title: Tiny
  measure: [clean, pgd, autoattack, w2, scatter, running]
  x: gamma
  lite:
    preset: tiny
    seeds: [0, 1]
    limit: 6
  full: {preset: tiny, seeds: [0], limit: 6}
  rows:
    - label: AT
      set: {objective: at}
    - label: MAT
      set: {gamma: 0.7}
    - label: MAT again
      set: {gamma: 0.7, data.dir: elsewhere}
  """

let preset = """
  width: 4
  batch: 16
  attack.steps: 2
  data.size: 8
  data.train: 96
  data.test: 24
  validation.every: 4
  steps: 5
  """

/// A temporary folder with the preset of the tiny suite.
func folder() throws -> URL {
  let url = try newTemporaryFolder()
  try preset.write(to: url.appendingPathComponent("tiny.yaml"), atomically: true, encoding: .utf8)
  return url
}

func tinyPlan(
  _ folder: URL, _ given: [String] = [], labels: [String] = [], seeds: [Int]? = nil, weights: SuiteWeights = .last,
  text: String = tiny
) throws -> SuitePlan {
  let presets = PresetLibrary(
    try ResourceFolders(.presets, override: folder.path, environment: [:], home: nil, executable: nil))
  return try SuitePlan(
    Suite(Array(text.utf8), path: "tiny.yaml"), scale: .lite, presets: presets, assignments: given, seeds: seeds,
    labels: labels, weights: weights)
}

/// The result without wall-clock times; everything else must be equal.
func timeless(_ result: SuiteResult) -> SuiteResult {
  var result = result
  for row in result.rows.indices {
    for cell in result.rows[row].seeds.indices {
      result.rows[row].seeds[cell].trainingSeconds = nil
      result.rows[row].seeds[cell].attackSeconds = nil
    }
    result.rows[row].pooled.trainingSeconds = nil
    result.rows[row].pooled.attackSeconds = nil
  }
  return result
}

/// Counts the progress of a runner.
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private(set) var known = 0
  private(set) var trained = 0
  private(set) var evaluated = 0
  private(set) var measured = 0
  private(set) var damaged: [String] = []

  func take(_ progress: SuiteProgress) {
    lock.lock()
    defer { lock.unlock() }
    switch progress.stage {
    case .known: known += 1
    case .trained: trained += 1
    case .evaluated: evaluated += 1
    case .measured: measured += 1
    case .damaged(let line): damaged.append(line)
    default: break
    }
  }
}
