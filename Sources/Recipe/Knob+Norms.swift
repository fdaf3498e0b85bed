import Networks

extension NormKind: KnobScalar {}
extension NormPlacement: KnobScalar {}
extension NormAffine: KnobScalar {}
extension DualReduction: KnobScalar {}

/// Normalization layers. docs/algorithms.md §8–10.
extension Knob<NormKind> {
  package static let norm = choice(
    KnobTraits("norm", effect: .surgery, confirms: true), initial: .batch,
    "normalization: bn, dbn (dual), split (separate statistics per domain), in, gn, none")
}

extension Knob<NormPlacement> {
  package static let normLayers = parsed(
    KnobTraits("norm.layers", effect: .surgery, confirms: true, idle: Idle.unless(norm: { $0.hasTwoSets })),
    initial: .stageEnds, accepted: NormPlacement.accepted,
    "which normalization layers dbn and split replace: stage-ends, all, or indices from 0")
}

extension Knob<NormAffine> {
  package static let normAffine = choice(
    KnobTraits("norm.affine", effect: .surgery, confirms: true, idle: Idle.unless(norm: { !$0.affines.isEmpty })),
    initial: .habitual,
    "γ and β of the normalization layers; split: shared or separate; gn, in: on or off")
}

extension Knob<Double> {
  package static let dualWeight = number(
    KnobTraits("dbn.weight", symbol: "λ", idle: Idle.unlessDual), 0...100, fine: 1.1,
    coarse: 2, style: .logarithmic, initial: 1e-3, "weight of the domain NLL in dbn")

  package static let dualTemperature = number(
    KnobTraits("dbn.temperature", symbol: "τ", idle: Idle.unlessDual), 1e-6...1000, fine: 1.1,
    coarse: 2, style: .logarithmic, initial: 1, "dbn: the posterior is sigmoid(s/τ)")
}

extension Knob<DualReduction> {
  package static let dualReduction = choice(
    KnobTraits("dbn.reduction", idle: Idle.unlessDual), initial: .pixelMean,
    "dbn: how the NLL is reduced over the pixels of a batch")
}
