import Events

/// The objectives, in the order of their listing.
package let objectives: [any Objective.Type] = [Standard.self, AT.self, MAT.self, TRADES.self, MART.self]

/// The objective that the settings name.
public func makeObjective(_ settings: Settings) -> any Objective {
  let name = settings.text("objective")
  return (objectives.first { $0.name == name } ?? MAT.self).init(settings)
}
