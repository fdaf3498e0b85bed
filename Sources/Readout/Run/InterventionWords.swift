import Events
import Recipe

extension Intervention {
  /// What was done, in words: `γ = 0.1`, `running statistics recomputed from 20 batches`.
  package var text: String {
    switch act {
    case .set(let knob, let value): "\(AnyKnob.named(knob)?.symbol ?? knob) = \(knob.written(value))"
    case .recalibrate(let batches): "running statistics recomputed from \(batches) batches"
    case .convert: "normalization layers replaced"
    case .endTour: "took over from the tour"
    case .finish: "ended the run"
    case .acknowledge: "acknowledged the alarm"
    case .confirm(let reading): "full AutoAttack: gap \(Notation.table.gap(reading)), n \(reading.n)"
    }
  }
}
