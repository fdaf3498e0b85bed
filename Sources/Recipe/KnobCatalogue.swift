/// Every setting, in the order in which Controls and `presets show` list them.
extension AnyKnob {
  /// All settings: the live ones first, then those fixed at the start of a run.
  package static let all: [AnyKnob] =
    [
      objectiveKnobs, attackKnobs, optimizerKnobs, normsKnobs, sentinelKnobs, checkpointKnobs, dataKnobs,
      validationKnobs, networkKnobs,
      scheduleKnobs,
    ].flatMap(\.self)

  /// The setting of that name, or of that sign: `gamma`, `γ`.
  package static func named(_ name: String) -> AnyKnob? { byName[name] ?? all.first { $0.symbol == name } }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  private init<Value>(_ knob: Knob<Value>) { self = knob.declaration }

  private static let objectiveKnobs: [AnyKnob] = [
    AnyKnob(.objective), AnyKnob(.gamma), AnyKnob(.beta), AnyKnob(.batching), AnyKnob(.cleanRows), AnyKnob(.awp),
  ]
  private static let attackKnobs: [AnyKnob] = [
    AnyKnob(.attack), AnyKnob(.attackNorm), AnyKnob(.epsilon), AnyKnob(.attackStep), AnyKnob(.attackSteps),
    AnyKnob(.attackStart), AnyKnob(.attackMode),
  ]
  private static let optimizerKnobs: [AnyKnob] = [
    AnyKnob(.learningRate), AnyKnob(.momentum), AnyKnob(.nesterov), AnyKnob(.weightDecay), AnyKnob(.decaysNorms),
    AnyKnob(.schedule), AnyKnob(.augment),
  ]
  private static let normsKnobs: [AnyKnob] = [
    AnyKnob(.norm), AnyKnob(.normLayers), AnyKnob(.normAffine), AnyKnob(.dualWeight), AnyKnob(.dualReduction),
    AnyKnob(.dualTemperature),
  ]
  private static let sentinelKnobs: [AnyKnob] = [
    AnyKnob(.sentinelEvery), AnyKnob(.sentinelDeepEvery), AnyKnob(.sentinelBudget), AnyKnob(.sentinelWatch),
    AnyKnob(.sentinelAlarm), AnyKnob(.sentinelReal), AnyKnob(.sentinelPause), AnyKnob(.sentinelImages),
    AnyKnob(.sentinelDeepImages),
    AnyKnob(.sentinelBank), AnyKnob(.sentinelMargin), AnyKnob(.sentinelSmallSteps), AnyKnob(.sentinelSquare),
    AnyKnob(.sentinelSequential),
  ]
  private static let checkpointKnobs: [AnyKnob] = [AnyKnob(.checkpointMinutes), AnyKnob(.checkpointKeep)]
  private static let dataKnobs: [AnyKnob] = [
    AnyKnob(.data), AnyKnob(.dataFolder), AnyKnob(.dataResize), AnyKnob(.dataCrop), AnyKnob(.dataSkipsBroken),
    AnyKnob(.dataGray),
    AnyKnob(.dataSeed), AnyKnob(.dataSize), AnyKnob(.dataChannels),
    AnyKnob(.dataTrain), AnyKnob(.dataTest), AnyKnob(.dataTruth), AnyKnob(.dataShape), AnyKnob(.dataTexture),
    AnyKnob(.dataBackground), AnyKnob(.dataNoise),
  ]
  private static let validationKnobs: [AnyKnob] = [
    AnyKnob(.validationFraction), AnyKnob(.validationLimit), AnyKnob(.validationEvery), AnyKnob(.validationBest),
    AnyKnob(.testLimit),
  ]
  private static let networkKnobs: [AnyKnob] = [
    AnyKnob(.model), AnyKnob(.width), AnyKnob(.depth), AnyKnob(.widen), AnyKnob(.finalNorm),
    AnyKnob(.activation), AnyKnob(.shortcut),
  ]
  private static let scheduleKnobs: [AnyKnob] = [
    AnyKnob(.steps), AnyKnob(.epochs), AnyKnob(.batch), AnyKnob(.seed), AnyKnob(.warmup), AnyKnob(.flat),
    AnyKnob(.drops),
  ]
}
