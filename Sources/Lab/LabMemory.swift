import Panes

/// How a person likes the lab: what one lab leaves behind and the next one begins with.
package struct LabMemory: Sendable, Hashable {
  /// The theme's name.
  package var theme: String?
  /// The layout's name.
  package var layout: String?
  /// Panes that were hidden and added, by name.
  package var hidden: [String] = [], added: [String] = []
  /// What the keys of panes have set, by pane and name.
  package var panes: [String: [String: String]] = [:]

  package init() {}

  /// The name in `panes` of what all charts share.
  static let charts = "charts"
  /// The name in `panes` of where the boundaries between panes are.
  static let dividers = "dividers"
}

extension Lab {
  /// What the next lab may begin with.
  package var memory: LabMemory? {
    var memory = LabMemory()
    memory.theme = theme.name
    memory.layout = arrangement.id
    // A watch hides what a training has.
    let known = session.isWatching ? panes.indices.filter { !Lab.isOfTraining($0) } : Array(panes.indices)
    memory.hidden = known.filter { !enabled.contains($0) }.map { paneCatalogue[$0].id }
    memory.added = added.sorted().map { paneCatalogue[$0].id }
    for pane in panes where !pane.choices.isEmpty { memory.panes[Swift.type(of: pane).id] = pane.choices }
    memory.panes[LabMemory.charts] = view.choices
    if shares != Shares() { memory.panes[LabMemory.dividers] = shares.choices }
    return memory
  }

  /// Begins as an earlier lab ended. What it does not know stays as it is; so does the theme, which is an option.
  package mutating func restore(_ memory: LabMemory) {
    if let known = Arrangement.all.first(where: { $0.id == memory.layout }) { use(known) }
    let indices = { (names: [String]) in Set(paneCatalogue.indices.filter { names.contains(paneCatalogue[$0].id) }) }
    let left = enabled.subtracting(indices(memory.hidden))
    if !arrangement.indices.intersection(left).isEmpty { enabled = left }
    added = indices(memory.added)
    shares = Shares(memory.panes[LabMemory.dividers] ?? [:])
    if !enabled.contains(focus) { focus = arrangement.indices.intersection(enabled).min() ?? focus }
    for index in panes.indices { panes[index].restore(memory.panes[paneCatalogue[index].id] ?? [:]) }
    view.restore(memory.panes[LabMemory.charts] ?? [:])
    for index in panes.indices { panes[index].look(view) }
    needsDraw = true
  }
}
