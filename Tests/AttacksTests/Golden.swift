import Attacks
import Foundation
import Networks
import Tensors
import TestSupport

/// The parts of `formulas/golden_vectors.json` that are about attacks.
struct GoldenVectors: Decodable {
  struct DLR: Decodable {
    let z: [Float]
    let label3, label0, label2, target0, target1: Double
    enum CodingKeys: String, CodingKey {
      case z
      case label3 = "y=3"
      case label0 = "y=0"
      case label2 = "y=2"
      case target0 = "targeted y=3,t=0"
      case target1 = "targeted y=3,t=1"
    }
  }
  struct Projection: Decodable {
    let t, w: [Float]
    let b: Double
    let linf, l2: [Double]
    let feasible: Bool
  }

  let checkpoints: [String: [Int]]
  let squareSides: [String: [[Int]]]
  let projections: [Projection]
  let dlr: DLR

  enum CodingKeys: String, CodingKey {
    case checkpoints = "apgd_checkpoints"
    case squareSides = "square_side_linf"
    case projections = "fab_projection"
    case dlr
  }

  static func load() throws -> GoldenVectors { try decoded("golden_vectors") }
}

/// `formulas/golden_traces.json`: whole runs on a network with 9 inputs, in double.
struct GoldenTraces: Decodable {
  struct Model: Decodable {
    let w1: [[Double]], b1: [Double], w2: [[Double]], b2: [Double]
    enum CodingKeys: String, CodingKey {
      case w1 = "W1"
      case b1
      case w2 = "W2"
      case b2
    }
  }
  struct APGD: Decodable {
    let norm: BallNorm
    let loss: String
    let eps: Double
    let iterations: Int
    let u: [[Float]]
    let broken: [Int]
    let firstBroken: [Int]
    let bestLoss: [Double]
    let best: [[Double]]
    let finalStep: [Double]
    let halved: [[Int]]
    let target: [Int]?
    enum CodingKeys: String, CodingKey {
      case norm, loss, eps, u, broken, target
      case iterations = "N"
      case firstBroken = "first_broken_step"
      case bestLoss = "f_best"
      case best = "x_best"
      case finalStep = "eta_final"
      case halved = "halved_at_checkpoints"
    }
  }
  struct FAB: Decodable {
    let norm: BallNorm
    let rank: Int
    let target: [Int]
    let distance: [Double]
    let point: [[Double]]
    enum CodingKeys: String, CodingKey {
      case norm, rank, target
      case distance = "r_best"
      case point = "adv"
    }
  }

  let model: Model
  let x: [[Float]]
  let y: [Int]
  let apgd: [APGD]
  let fab: [FAB]

  static func load() throws -> GoldenTraces { try decoded("golden_traces") }

  /// z = W₂ tanh(2 W₁ (x − 0.5) + b₁) + b₂.
  func classifier() -> FunctionClassifier {
    let model = model
    func hidden(_ x: [Float]) -> [Double] {
      zip(model.w1, model.b1).map { row, b in tanh(zip(row, x).reduce(b) { $0 + 2 * $1.0 * (Double($1.1) - 0.5) }) }
    }
    return FunctionClassifier(classes: model.b2.count, input: Shape(1, 3, 3)) { x in
      let h = hidden(x)
      return zip(model.w2, model.b2).map { row, b in zip(row, h).reduce(b) { $0 + $1.0 * $1.1 } }
    } gradient: { x, u in
      let h = hidden(x)
      let back = h.indices.map { j in 2 * (1 - h[j] * h[j]) * u.indices.reduce(0.0) { $0 + u[$1] * model.w2[$1][j] } }
      return x.indices.map { i in h.indices.reduce(0.0) { $0 + back[$1] * model.w1[$1][i] } }
    }
  }
}

private func decoded<T: Decodable>(_ name: String) throws -> T {
  let url = Repository.root.appendingPathComponent("Tests/Oracles/formulas/\(name).json")
  return try JSONDecoder().decode(T.self, from: Data(contentsOf: url))
}
