/// The objectives, in the order of their listing.
package let objectives: [any Objective.Type] = [Standard.self, AT.self, MAT.self, TRADES.self, MART.self]
