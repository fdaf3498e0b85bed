import Foundation
import Spelling
import Tensors

/// The weights of one network out of a checkpoint, under the network's own names.
package struct StateDictionary: Sendable {
  /// The tensors by name, those of an input normalization included.
  package var weights: Safetensors
  /// What was done to get there, one line each.
  package var notes: [String]
  /// The key under which the weights were found; empty for the whole file.
  package var key: String
  /// Other complete sets of weights, each a value for `key`.
  package var otherKeys: [String]
  /// The training step that the file records.
  package var step: Int?
  /// The epoch that the file records.
  package var epoch: Int?
  /// What each class shows, by number, where the file says it.
  package var classNames: [String]?

  /// Stands in the notes on a mean and std that lie elsewhere in the file.
  package static let notAmongWeights = "is not among the weights"
}

extension PyTorchFile {
  /// The weights, unwrapped. Without a key the usual ones are looked for; the notes say what was done.
  package func stateDictionary(key: String? = nil) throws -> StateDictionary {
    do { return try unwrapped(key) } catch let error as FileError { throw Self.named(error, name) }
  }

  private func unwrapped(_ key: String?) throws -> StateDictionary {
    var notes: [String] = []
    let sets = WeightSet.all(in: root)
    let choice = try choose(key, sets)
    if !choice.set.path.isEmpty { notes.append("weights taken from '\(oneLine(choice.set.path))'") }
    for other in choice.others.prefix(WeightSet.mostLeftOut) {
      notes.append("also holds weights under \(other.described); choose them with \(Remedy.key(other.path))")
    }
    var tensors = try tensors(of: choice.set, &notes)
    var reader = reader()
    for (name, tensor) in try statistics(besides: choice.set, &reader) where tensors[name] == nil {
      tensors[name] = tensor
    }
    notes += statisticsNotUsed(tensors)
    var result = try StateDictionary(cleaning: Safetensors(tensors: tensors), part: choice.part, notes: notes)
    result.key = [choice.set.path, choice.part ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
    result.otherKeys += choice.others.map(\.path)
    (result.step, result.epoch) = (counts.step, counts.epoch)
    result.classNames = classNames
    return result
  }

  /// The tensors of a set, and notes on what is none; of many the first are named.
  private func tensors(of set: WeightSet, _ notes: inout [String]) throws -> [String: Safetensors.Tensor] {
    var reader = reader(), tensors: [String: Safetensors.Tensor] = [:]
    var leftOut: [String] = [], more = set.moreLeftOut
    for (name, record) in set.tensors {
      if record.type != nil {
        tensors[name] = try reader.tensor(record)
      } else if leftOut.count < WeightSet.mostLeftOut {
        leftOut.append("left out '\(oneLine(name))': its type \(record.unsupported ?? "") cannot be read")
      } else {
        more += 1
      }
    }
    let others = set.leftOut.map { "left out '\(oneLine($0.name))': it is \($0.what), not a plain tensor" }
    let named = (leftOut + others).prefix(WeightSet.mostLeftOut)
    more += leftOut.count + others.count - named.count
    notes += named
    if more > 0 { notes.append("left out \(more) more of that kind") }
    return tensors
  }

  private func choose(_ key: String?, _ sets: [WeightSet]) throws -> WeightSet.Choice {
    if let module = WeightSet.wholeModule(in: root) {
      let whole = module.path.isEmpty ? "x" : "x[\(Remedy.quoted(module.path))]"
      if key == nil && sets.allSatisfy({ $0.tensors.count < 2 }) || module.path.isEmpty || key == module.path {
        throw FileError(
          "is a pickled module (\(module.name)), not a state dictionary; where that class can be imported: "
            + Remedy.python(name, load: "torch.load(FILE, weights_only=False)", expression: "\(whole).state_dict()"))
      }
    }
    guard !sets.isEmpty else { throw FileError(noWeights()) }
    return try WeightSet.choose(key, from: sets)
  }

  private func noWeights() -> String {
    let what =
      switch root.content {
      case .tensor(let tensor): "is a single tensor of shape \(tensor.shape)"
      case .dictionary(count: 0): "is an empty dictionary"
      case .dictionary: "is a dictionary without tensors"
      case .list: "is a list without weights"
      case .opaque(let name): "is a pickled object (\(name))"
      default: "is a single value"
      }
    return "\(what); expected a state dictionary: save the weights with torch.save(model.state_dict(), \"weights.pt\")"
  }

  /// Numbers called mean and std that lie elsewhere in the file: whether the network subtracts them, nobody says.
  private func statisticsNotUsed(_ tensors: [String: Safetensors.Tensor]) -> [String] {
    guard !tensors.keys.contains(where: { InputStatistics.role(of: $0) != nil }) else { return [] }
    let places = [("", root)] + ClassNames.places.compactMap { name in root[name].map { ("\(name).", $0) } }
    return places.flatMap { prefix, place in
      place.entries.compactMap { name, value in
        guard InputStatistics.role(of: name) != nil else { return nil }
        switch value.content {
        case .none, .bool, .text, .dictionary: return nil
        case .list(0): return nil
        default:
          let numbers = value.numbers?.map { "\($0)" }
          let shown = numbers.map { " (\($0.joined(separator: ", ")))" } ?? ""
          let setting = InputStatistics.role(of: name)?.isMean == true ? "mean" : "std"
          return "'\(oneLine(prefix + name))'\(shown) \(StateDictionary.notAmongWeights) and was not used; pass --set "
            + "\(setting)=\(numbers?.joined(separator: ",") ?? "…") if the network expects normalized images"
        }
      }
    }
  }

  /// Mean and standard deviation that lie in the file next to the weights rather than among them.
  private func statistics(
    besides set: WeightSet, _ reader: inout TensorReader
  ) throws -> [(String, Safetensors.Tensor)] {
    guard !set.path.isEmpty else { return [] }
    var found: [(String, Safetensors.Tensor)] = []
    for (name, value) in root.entries where InputStatistics.role(of: name) != nil {
      switch value.content {
      case .tensor(let record) where record.type != nil && (1...4).contains(record.count):
        found.append((name, try reader.tensor(record)))
      case .list(let length) where (1...4).contains(length):
        guard let numbers = value.numbers, numbers.count == length else { continue }
        var holder = Safetensors()
        holder.add(name, shape: [numbers.count], floats: numbers)
        if let tensor = holder.tensors[name] { found.append((name, tensor)) }
      default: continue
      }
    }
    return found
  }
}
