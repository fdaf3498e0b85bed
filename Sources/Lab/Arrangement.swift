import Panes

/// Panes that go together on the screen, and the one that has the keys first.
package struct Arrangement: Sendable, Hashable {
  /// The name in messages and files.
  package let id: String
  /// The panes by name; all of them when it is empty.
  package let panes: [String]
  /// The pane that has the keys first.
  package let focus: String

  private init(_ id: String, _ panes: [any Pane.Type], focus: any Pane.Type) {
    (self.id, self.panes, self.focus) = (id, panes.map { $0.id }, focus.id)
  }

  /// All of them, in the order in which the key goes through them; the first one is usual.
  package static let all = [
    Arrangement(
      "train",
      [
        LossPane.self, AccuracyPane.self, GapPane.self, DistributionsPane.self, ControlsPane.self, JournalPane.self,
        LayersPane.self,
      ], focus: ControlsPane.self),
    Arrangement(
      "attack",
      [AccuracyPane.self, GapPane.self, AttackPane.self, ImagesPane.self, ControlsPane.self, JournalPane.self],
      focus: AttackPane.self),
    Arrangement(
      "images",
      [GapPane.self, DistributionsPane.self, LayersPane.self, ImagesPane.self], focus: ImagesPane.self),
    Arrangement(
      "compare",
      [LossPane.self, AccuracyPane.self, GapPane.self, JournalPane.self, RunsPane.self, TradeOffPane.self],
      focus: RunsPane.self),
    Arrangement(
      "system",
      [LossPane.self, AccuracyPane.self, ControlsPane.self, JournalPane.self, SystemPane.self, LogPane.self],
      focus: SystemPane.self),
    Arrangement("all", [], focus: ControlsPane.self),
  ]

  /// Indices in the catalogue.
  var indices: Set<Int> {
    panes.isEmpty
      ? Set(paneCatalogue.indices) : Set(paneCatalogue.indices.filter { panes.contains(paneCatalogue[$0].id) })
  }

  /// The index of the pane that has the keys first.
  var first: Int { paneCatalogue.firstIndex { $0.id == focus } ?? 0 }
}
