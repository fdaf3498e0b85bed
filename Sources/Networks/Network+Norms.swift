/// What a network's norms are told and what they tell.
extension Network {
  /// Which set of statistics two-set norms use where no row's domain is known: attacks and evaluation.
  public var branch: Branch {
    get { memory.norms.branch }
    set {
      memory.norms.branch = newValue
      statisticsDidChange()
    }
  }

  /// m in R ← (1 − m)·R + m·batch; 0.1 unless set, 1/k at the k-th batch of a recalibration.
  public var statisticsMomentum: Float {
    get { memory.norms.momentum }
    set { memory.norms.momentum = newValue }
  }

  /// The NLL and temperature of dual norms.
  public var dual: DualSettings {
    get { memory.norms.dual }
    set {
      memory.norms.dual = newValue
      statisticsDidChange()
    }
  }

  /// The NLL of the domains in the last forward pass that knew both, reduced as `dual.reduction` says and without its
  /// weight λ: a number per dual norm in the order of the pass, and their sum. Zero and empty without dual norms.
  public var nll: (total: Double, perLayer: [Double]) {
    let perLayer = dualNorms.map(\.nll)
    return (nllTotal, perLayer)
  }

  /// The total alone.
  public var nllTotal: Double {
    var total = 0.0
    for norm in dualNorms { total += norm.nll }
    return total
  }

  /// What every dual norm made of the last batch whose domains were both known, in the order of the pass.
  public var posteriors: [PosteriorGauge] { dualNorms.compactMap(\.posterior) }
}
