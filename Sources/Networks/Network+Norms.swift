extension ModelSettings {
  /// The first normalization layer whose groups would be a single value.
  private var loneNorm: String? {
    Network.plannedNorms(self).first { place in
      let channels = place.shape.channels
      return place.shape.pixels == 1 && norm.layer.groups(of: channels, normGroups) == channels
    }?.name
  }

  /// What is wrong with the settings of the normalization layers, in one line with the remedy; nil when nothing is.
  package var normComplaint: String? {
    if case .list(let places) = normLayers, norm.hasTwoSets, let last = places.last {
      let count = Network.normPlaces(self).count
      if count > 0, last >= count {
        return
          "norm.layers: \(name) has no normalization layer \(last); its layers are 0 … \(count - 1), in forward order"
      }
    }
    if let lone = loneNorm {
      return "norm: \(norm.rawValue) has nothing to normalize over at \(lone), where an image is one pixel; "
        + "use larger images, another model or another norm"
    }
    if let groups = normGroups {
      if let place = Network.plannedNorms(self).first(where: { !$0.shape.channels.isMultiple(of: groups) }) {
        return "norm.groups: \(groups) does not divide the \(place.shape.channels) channels of \(place.name)"
      }
    }
    let accepted = norm.layer.affines
    guard normAffine == .habitual || accepted.contains(normAffine) else {
      return "norm.affine: '\(normAffine.rawValue)' has no meaning for norm \(norm.rawValue); use "
        + (["default"] + accepted.map(\.rawValue)).joined(separator: ", ")
    }
    return nil
  }
}

/// What a network's normalization layers are told and what they tell.
extension Network {
  /// Which set of statistics two-set norms use where no row's domain is known: attacks and evaluation.
  package var branch: Branch {
    get { memory.norms.branch }
    set {
      memory.norms.branch = newValue
      statisticsDidChange()
    }
  }

  /// m in R ← (1 − m)·R + m·batch; 0.1 unless set, 1/k at the k-th batch of a recalibration.
  package var statisticsMomentum: Float {
    get { memory.norms.momentum }
    set { memory.norms.momentum = newValue }
  }

  /// The NLL and temperature of dual norms.
  package var dual: DualSettings {
    get { memory.norms.dual }
    set {
      memory.norms.dual = newValue
      statisticsDidChange()
    }
  }

  /// The NLL of the domains in the last forward pass that knew both, reduced as `dual.reduction` says and without its
  /// weight λ: a number per dual norm in the order of the pass, and their sum. Zero and empty without dual norms.
  package var nll: (total: Double, perLayer: [Double]) {
    let perLayer = dualNorms.map(\.nll)
    return (nllTotal, perLayer)
  }

  /// The total alone.
  package var nllTotal: Double {
    var total = 0.0
    for norm in dualNorms { total += norm.nll }
    return total
  }

  /// What every dual norm made of the last batch whose domains were both known, in the order of the pass.
  package var posteriors: [PosteriorGauge] { dualNorms.compactMap(\.posterior) }
}
