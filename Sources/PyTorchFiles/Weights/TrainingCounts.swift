import Tensors

/// How far a training was when it wrote a checkpoint, as far as the file says.
package struct TrainingCounts: Sendable, Hashable {
  /// The training step.
  package var step: Int?
  /// The epoch.
  package var epoch: Int?

  package init(step: Int? = nil, epoch: Int? = nil) {
    self.step = step
    self.epoch = epoch
  }

  /// What training programs call the step. Plurals are left out: they are how many there will be.
  package static let stepNames = ["global_step", "step", "iteration", "iter", "it", "n_iter", "num_updates"]
  /// What they call the epoch.
  package static let epochNames = ["epoch", "current_epoch", "last_epoch", "epoch_idx"]
}

extension PyTorchFile {
  /// The numbers next to the state dictionary, or in a dictionary that describes the training. Reads no weights.
  package var counts: TrainingCounts {
    var counts = TrainingCounts()
    for place in [root] + ["meta", "state", "info", "trainer", "training_state", "extra"].compactMap({ root[$0] }) {
      counts.step = counts.step ?? count(TrainingCounts.stepNames, in: place)
      counts.epoch = counts.epoch ?? count(TrainingCounts.epochNames, in: place)
    }
    return counts
  }

  /// The first of the entries that is a whole number of at least 0.
  private func count(_ names: [String], in place: PickledValue) -> Int? {
    for name in names {
      switch place[name]?.content {
      case .integer(let value) where value >= 0: return value
      case .float(let value) where value >= 0 && value.rounded() == value: return Int(exactly: value)
      case .tensor(let record) where record.count == 1:
        var holder = Safetensors()
        holder.tensors[name] = try? tensor(record)
        if let value = try? holder.wholeNumbers(name).first, value >= 0 { return value }
      default: continue
      }
    }
    return nil
  }
}
