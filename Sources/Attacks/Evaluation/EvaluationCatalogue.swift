/// The attacks that an evaluation can run, in the order of their listing.
package let evaluationAttacks: [any EvaluationAttack.Type] = [
  FGSMAttack.self, PGDAttack.self, APGDCEAttack.self, APGDDLRAttack.self, APGDTAttack.self, FABAttack.self,
  FABTAttack.self, SquareAttack.self, MarginAttack.self, MALTAttack.self, PMAAttack.self,
]
