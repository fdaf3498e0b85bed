import Foundation
import Spelling
import Tensors

/// Weights that a module computes from other tensors before each pass.
extension StateDictionary {
  mutating func computeReparametrized() throws {
    try refuseSpectralNorm()
    try computePruned()
    try computeWeightNormed()
  }

  private func refuseSpectralNorm() throws {
    for name in weights.tensors.keys.sorted() {
      if name.hasSuffix("_orig"), weights.tensors[name.dropLast("orig".count) + "mask"] == nil {
        let module = Self.split(String(name.dropLast("_orig".count)))
        throw FileError(
          "'\(oneLine(name))' is under spectral normalization; remove it before saving: "
            + "torch.nn.utils.remove_spectral_norm(model.\(oneLine(module.path)), \"\(oneLine(module.name))\")")
      }
      guard let range = name.range(of: "parametrizations.") else { continue }
      let rest = name[range.upperBound...].split(separator: ".", omittingEmptySubsequences: false)
      let isWeightNorm = rest.count == 2 && ["original0", "original1"].contains(rest[1])
      guard !isWeightNorm else { continue }
      let module = name[..<range.lowerBound].dropLast()
      throw FileError(
        "'\(oneLine(name))' belongs to a parametrization; remove it before saving: "
          + "torch.nn.utils.parametrize.remove_parametrizations(model.\(oneLine(String(module))), "
          + "\"\(oneLine(String(rest.first ?? "weight")))\")")
    }
  }

  /// `weight` = `weight_orig` · `weight_mask`, as torch.nn.utils.prune keeps them.
  private mutating func computePruned() throws {
    let masks = weights.tensors.keys.filter { $0.hasSuffix("_mask") }.sorted()
    var computed = 0
    for maskName in masks {
      let name = String(maskName.dropLast("_mask".count))
      guard let original = weights.tensors["\(name)_orig"], let mask = weights.tensors[maskName] else { continue }
      guard original.shape == mask.shape, weights.tensors[name] == nil else {
        throw FileError(
          "'\(oneLine(name))' is pruned but its mask does not fit; in Python: torch.nn.utils.prune.remove(module, "
            + "\"\(oneLine(Self.split(name).name))\") and save again")
      }
      let values = try weights.numbers("\(name)_orig"), factors = try Self.factors(maskName, weights)
      weights.add(name, shape: original.shape, floats: zip(values, factors).map { $0 * $1 })
      weights.tensors["\(name)_orig"] = nil
      weights.tensors[maskName] = nil
      computed += 1
    }
    if computed > 0 { notes.append("computed \(Self.count(computed, "pruned tensor")) as '_orig' times '_mask'") }
  }

  private static func factors(_ name: String, _ file: Safetensors) throws -> [Float] {
    switch file.tensors[name]?.type {
    case .bool, .uint8: file.tensors[name]?.bytes.map { Float($0) } ?? []
    default: try file.numbers(name)
    }
  }

  /// `weight` = g · v / ‖v‖, the norm over all dimensions but the one that g has.
  private mutating func computeWeightNormed() throws {
    var computed = 0
    for name in weights.tensors.keys.sorted() {
      let target: String, direction: String
      if name.hasSuffix("_g") {
        target = String(name.dropLast(2))
        direction = "\(target)_v"
      } else if name.hasSuffix(".original0"), let range = name.range(of: "parametrizations.") {
        target = name.replacingCharacters(in: range, with: "").replacingOccurrences(of: ".original0", with: "")
        direction = String(name.dropLast()) + "1"
      } else {
        continue
      }
      guard let v = weights.tensors[direction], let g = weights.tensors[name] else { continue }
      let length = try weights.numbers(name), values = try weights.numbers(direction)
      let floats = try Self.weightNormed(values, v.shape, length, g.shape, target)
      weights.add(target, shape: v.shape, floats: floats)
      weights.tensors[name] = nil
      weights.tensors[direction] = nil
      computed += 1
    }
    if computed > 0 { notes.append("computed \(Self.count(computed, "weight-normalized tensor")) as g·v/‖v‖") }
  }

  private static func weightNormed(
    _ values: [Float], _ shape: [Int], _ length: [Float], _ lengthShape: [Int], _ name: String
  ) throws -> [Float] {
    let kept = zip(shape, lengthShape).enumerated().first { $0.element.1 != 1 }?.offset
    let fits = lengthShape.isEmpty || lengthShape.count == shape.count
    guard fits, length.count == 1 || kept.map({ length.count == shape[$0] }) == true else {
      throw FileError(
        "'\(oneLine(name))' is weight-normalized but g and v do not fit; in Python: "
          + "torch.nn.utils.remove_weight_norm(module) and save again")
    }
    let inner = kept.map { shape[($0 + 1)...].reduce(1, *) } ?? 1
    var squares = [Double](repeating: 0, count: length.count)
    func channel(_ element: Int) -> Int { length.count == 1 ? 0 : element / inner % length.count }
    for (element, value) in values.enumerated() { squares[channel(element)] += Double(value) * Double(value) }
    return values.enumerated().map { element, value in
      Float(Double(value) * Double(length[channel(element)]) / squares[channel(element)].squareRoot())
    }
  }

  private static func split(_ name: String) -> (path: String, name: String) {
    guard let dot = name.lastIndex(of: ".") else { return ("", name) }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }
}
