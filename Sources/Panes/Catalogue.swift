/// Every pane, in the order of their numbers on the screen.
package let paneCatalogue: [any Pane.Type] = [
  LossPane.self,
  AccuracyPane.self,
  GapPane.self,
  DistributionsPane.self,
  ControlsPane.self,
  JournalPane.self,
  LayersPane.self,
]
