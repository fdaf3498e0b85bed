/// Every pane, in the order of its number on the screen.
package let paneCatalogue: [any Pane.Type] = [
  LossPane.self,
  AccuracyPane.self,
  GapPane.self,
  DistributionsPane.self,
  ControlsPane.self,
  JournalPane.self,
  LayersPane.self,
  ImagesPane.self,
  AttackPane.self,
  RunsPane.self,
  TradeOffPane.self,
  SystemPane.self,
  LogPane.self,
]
