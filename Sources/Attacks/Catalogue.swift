import Events

/// The attacks, in the order of their listing.
package let attacks: [any Attack.Type] = [PGD.self, FGSM.self]

/// The attack that the settings describe: `attack`, `attack.norm`, `eps`, `attack.step`, `attack.steps`, `attack.start`.
public func makeAttack(_ settings: Settings) -> any Attack {
  let norm = Norm(rawValue: settings.text("attack.norm")) ?? .linf
  let epsilon = Float(settings.number("eps"))
  switch settings.text("attack") {
  case FGSM.name: return FGSM(norm: norm, epsilon: epsilon)
  default:
    return PGD(
      norm: norm, epsilon: epsilon, stepSize: Float(settings.number("attack.step")),
      steps: settings.integer("attack.steps"),
      start: PGD.Start(rawValue: settings.text("attack.start")) ?? .uniform)
  }
}

/// PGD-10 with step ε/4 and a uniform start: what every run is measured by, whatever it trains on.
public func referencePGD(_ settings: Settings) -> PGD {
  let epsilon = Float(settings.number("eps"))
  return PGD(norm: Norm(rawValue: settings.text("attack.norm")) ?? .linf, epsilon: epsilon, stepSize: epsilon / 4)
}
