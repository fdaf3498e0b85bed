import Networks
import Objectives

/// Under which settings a knob has no effect: the reasons that the declarations use.
enum Idle {
  /// For knobs that only some objectives read: `not used by AT`.
  static func unless(objective reads: @escaping @Sendable (any Objective.Type) -> Bool)
    -> @Sendable (Settings) -> String?
  {
    { settings in
      let objective = settings[.objective].type
      return reads(objective) ? nil : "not used by \(objective.title)"
    }
  }

  /// For knobs of objectives with clean and adversarial rows.
  static let unlessBothDomains = unless(objective: { $0.rows == .both })

  /// For knobs that only some normalization layers read: `not used by norm bn`.
  static func unless(norm reads: @escaping @Sendable (any NormLayer.Type) -> Bool) -> @Sendable (Settings) -> String? {
    { settings in
      let norm = settings[.norm]
      return reads(norm.layer) ? nil : "not used by norm \(norm.rawValue)"
    }
  }

  /// For knobs of dual BN, which is plain BN in batches of one domain.
  static let unlessDual: @Sendable (Settings) -> String? = { settings in
    if let reason = unless(norm: { $0.infersDomains })(settings) { return reason }
    guard settings.branch(of: settings[.norm]) != .posterior else { return nil }
    return settings[.objective].type.rows == .both
      ? "not used with clean.rows 0: batches have one domain"
      : "not used by \(settings[.objective].type.title): batches have one domain"
  }

  /// For knobs that only some models read: those that list `setting` among their settings.
  static func unless(model setting: String) -> @Sendable (Settings) -> String? {
    { settings in
      let model = settings[.model]
      return model.model.ownSettings.contains(setting) ? nil : "not used by model \(model.rawValue)"
    }
  }

  /// For knobs of data that are decoded from image files.
  static let unlessDecoded: @Sendable (Settings) -> String? = { settings in
    let data = settings[.data]
    return data.source.isDecoded ? nil : "not used by data \(data.rawValue)"
  }

  /// For knobs that only iterative attacks read.
  static let unlessIterative: @Sendable (Settings) -> String? = { settings in
    let attack = settings[.attack]
    return attack.type.isIterative ? nil : "not used by \(attack.rawValue.uppercased())"
  }

  /// For knobs of data that are read from files, or of those that are made: `not used by data mirage`.
  static func unless(dataFromFiles: Bool) -> @Sendable (Settings) -> String? {
    { settings in
      let data = settings[.data]
      return data.source.readsFiles == dataFromFiles ? nil : "not used by data \(data.rawValue)"
    }
  }

  /// For knobs that only some learning-rate schedules read.
  static func unless(schedule kinds: ScheduleKind...) -> @Sendable (Settings) -> String? {
    { settings in
      let schedule = settings[.schedule]
      return kinds.contains(schedule) ? nil : "not used by schedule \(schedule.rawValue)"
    }
  }

  /// For the number of images of deep checks.
  static let whileSequential: @Sendable (Settings) -> String? = { settings in
    settings[.sentinelSequential] ? "not used while sentinel.sequential is on" : nil
  }

  /// For knobs of the sentinel's checks.
  static let unlessChecking: @Sendable (Settings) -> String? = { settings in
    settings[.sentinelEvery] > 0 || settings[.sentinelDeepEvery] > 0
      ? nil : "not used while sentinel.every and sentinel.deep_every are 0"
  }
}
