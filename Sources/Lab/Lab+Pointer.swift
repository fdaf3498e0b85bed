import Panes
import Plotting

/// The mouse, as an addition: everything it does, keys do, too.
extension Lab {
  /// What the shell itself drew that can be clicked.
  struct Button: Sendable {
    enum Action: Sendable {
      /// The key that the footer names here.
      case key(Key)
      /// The tab of the pane with this index.
      case tab(Int)
    }

    let rect: Rect, action: Action
  }

  /// What the button that is down has hold of.
  enum Grip: Sendable {
    case divider(Divider)
    /// The plot of the pane with this index.
    case plot(Int)
  }

  /// A pane with a plot, and the column that the crosshair belongs to.
  struct Pointed: Sendable {
    let pane: Int, column: Int
  }

  /// Reacts to the mouse.
  package mutating func handle(_ pointer: Pointer) -> [LabAction] {
    let (x, y) = (pointer.x, pointer.y)
    switch pointer.action {
    case .press:
      (grip, pointed) = (nil, nil)
      return press(x, y)
    case .drag: drag(x, y)
    case .release: grip = nil
    case .wheelUp: return turnWheel(x, y, isUp: true)
    case .wheelDown: return turnWheel(x, y, isUp: false)
    }
    return []
  }

  private mutating func press(_ x: Int, _ y: Int) -> [LabAction] {
    if let button = buttons.last(where: { $0.rect.contains(x: x, y: y) }) {
      switch button.action {
      case .key(let key): return handle(key)
      case .tab(let pane): return dialog == nil ? click(tab: pane) : []
      }
    }
    guard dialog == nil else { return clickDialog(x, y) }
    // The title of a pane is part of a boundary: it gives the pane the keys, too.
    let divider = layout.dividers.first { $0.rect.contains(x: x, y: y) }
    guard let pane = pane(x, y) else { return [] }
    (focus, message, needsDraw) = (pane, nil, true)
    if let divider {
      grip = .divider(divider)
      return []
    }
    switch spot(x, y)?.target {
    case .plot:
      grip = .plot(pane)
      drag(x, y)
    case .item(let item):
      // Not the crosshair's enter, nor the shell's.
      if panes[pane].selectedItem == item { return press(.enter, inPane: pane) }
      panes[pane].selectedItem = item
    case nil: break
    }
    return []
  }

  /// A tab that is on the screen gets the keys; another one comes to the screen.
  private mutating func click(tab pane: Int) -> [LabAction] {
    needsDraw = true
    guard layout.places.contains(where: { $0.pane == pane }) else { return togglePane(pane) }
    focus = pane
    return []
  }

  /// The first click highlights an item, the next one does it.
  private mutating func clickDialog(_ x: Int, _ y: Int) -> [LabAction] {
    guard var open = dialog, open.selectedItem != nil, case .item(let item) = spot(x, y)?.target else { return [] }
    if open.selectedItem == item { return handle(.enter) }
    open.selectedItem = item
    (dialog, needsDraw) = (open, true)
    return []
  }

  private mutating func drag(_ x: Int, _ y: Int) {
    switch grip {
    case .divider(let divider):
      shares.move(divider.boundary, to: divider.share(at: divider.boundary.isVertical ? x : y))
    case .plot(let pane): pointed = Pointed(pane: pane, column: x)
    case nil: return
    }
    pointCrosshair()
    needsDraw = true
  }

  /// Puts the crosshair where a chart was pointed at. Its labels move the plot's edges, so a frame that shows a new
  /// crosshair may have the column elsewhere, and is drawn again. Returns true where that is so.
  @discardableResult
  mutating func pointCrosshair() -> Bool {
    guard let pointed, let steps = plot(of: pointed.pane) else { return false }
    let before = view.crosshair
    view.pointCrosshair(at: steps.step(atColumn: pointed.column))
    return view.crosshair != before
  }

  /// Zooms a chart around the pointer, and otherwise moves through what is there.
  private mutating func turnWheel(_ x: Int, _ y: Int, isUp: Bool) -> [LabAction] {
    guard dialog == nil else { return handle(isUp ? .up : .down) }
    guard let pane = pane(x, y) else { return [] }
    needsDraw = true
    if case .plot(let steps) = spot(x, y)?.target {
      let step = steps.step(atColumn: x)
      if isUp { view.zoomIn(around: step) } else { view.zoomOut(around: step) }
      return []
    }
    let keys = Swift.type(of: panes[pane]).wheelKeys
    return press(isUp ? keys.up : keys.down, inPane: pane)
  }

  private func pane(_ x: Int, _ y: Int) -> Int? {
    layout.places.last { $0.rect.contains(x: x, y: y) }?.pane
  }

  /// The plot that a pane drew last.
  private func plot(of pane: Int) -> PlotSteps? {
    guard let place = layout.places.first(where: { $0.pane == pane }) else { return nil }
    for spot in spots where place.rect.contains(x: spot.rect.x, y: spot.rect.y) {
      if case .plot(let steps) = spot.target { return steps }
    }
    return nil
  }

  private func spot(_ x: Int, _ y: Int) -> Spot? { spots.last { $0.rect.contains(x: x, y: y) } }
}
