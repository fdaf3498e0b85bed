import Events
import Recipe

/// The knobs that can be turned during training; one is selected.
package struct ControlsPane: Pane {
  package static let id = "controls"
  package static let title = "Controls"
  package static let minimumSize = PaneSize(34, 6)
  package static let comfortableSize = PaneSize(46, 10)
  package static let priority = 35
  package static let keys: [PaneKey<ControlsPane>] = [
    KeyBinding(
      [.character("+"), .character("=")], scope: .visible,
      footer: FooterWord("+/-") { ControlsPane.knobs[$0.selected].symbol }, "raise the selected knob (coarse)",
      when: \.isLive
    ) { $0.nudge(1, coarse: true) },
    KeyBinding([.character("-"), .character("_")], scope: .visible, "lower the selected knob (coarse)", when: \.isLive)
    {
      $0.nudge(-1, coarse: true)
    },
    KeyBinding(
      [.character(">")], scope: .visible, footer: FooterWord(">/<", "fine"), "raise the selected knob (fine)",
      when: \.isLive
    ) { $0.nudge(1, coarse: false) },
    KeyBinding([.character("<")], scope: .visible, "lower the selected knob (fine)", when: \.isLive) {
      $0.nudge(-1, coarse: false)
    },
    KeyBinding(
      [.enter], footer: FooterWord("enter", "type"), "type the value of the selected knob", when: \.isLive
    ) {
      [.edit(ControlsPane.knobs[$0.selected].name)]
    },
    KeyBinding([.up], footer: FooterWord("↑/↓", "knob"), "previous knob", when: \.isLive) {
      $0.select($0.selected - 1)
    },
    KeyBinding([.down], "next knob", when: \.isLive) { $0.select($0.selected + 1) },
    KeyBinding([.pageUp], "ten knobs up", when: \.isLive) { $0.select($0.selected - 10) },
    KeyBinding([.pageDown], "ten knobs down", when: \.isLive) { $0.select($0.selected + 10) },
    KeyBinding([.home], "first knob", when: \.isLive) { $0.select(0) },
    KeyBinding([.end], "last knob", when: \.isLive) { $0.select(ControlsPane.knobs.count - 1) },
  ]

  /// The knobs it shows.
  static let knobs = AnyKnob.all.filter(\.isLive)

  private(set) var settings: Settings?
  /// The settings that the run began with.
  private(set) var initial: Settings?
  /// What is being typed as the selected knob's value; nil while nothing is.
  package var typing: String?
  /// What was requested and is not confirmed by the journal yet.
  private(set) var pending: [String: KnobValue] = [:]
  private(set) var selected = knobs.firstIndex { $0.name == "gamma" } ?? 0
  private var isOver = false

  package init() {}

  /// True while turning a knob makes sense.
  private var isLive: Bool { settings != nil && !isOver }

  package mutating func update(_ event: Event) {
    switch event {
    case .started(let description):
      settings = description.settings
      if description.resumedAt == nil || initial == nil { initial = description.settings }
      pending = [:]
    case .journal(let entry):
      guard let change = entry.change else { return }
      try? settings?.set(change.knob, to: change.new)
      if change.new == pending[change.knob] { pending[change.knob] = nil }
    case .summary:
      isOver = true
      pending = [:]
    default: break
    }
  }

  package mutating func noteSent(_ command: Command) {
    if case .set(let name, let value, _) = command,
      AnyKnob.named(name).map({ settings?[$0] != value }) ?? true || pending[name] != nil
    {
      pending[name] = value
    }
  }

  package var selectedItem: Int? {
    get { isLive ? selected : nil }
    set { if isLive, let newValue { _ = select(newValue) } }
  }

  private mutating func select(_ index: Int) -> [PaneRequest] {
    selected = min(max(0, index), ControlsPane.knobs.count - 1)
    return []
  }

  private mutating func nudge(_ presses: Int, coarse: Bool) -> [PaneRequest] {
    let knob = ControlsPane.knobs[selected]
    guard let now = pending[knob.name] ?? settings?[knob] else { return [] }
    let next = knob.nudged(now, presses: presses, coarse: coarse)
    guard next != now else { return [.say("\(knob.symbol) stays at \(knob.format(now)); it accepts \(knob.accepted)")] }
    return [.send(.set(knob: knob.name, value: next, cause: .you))]
  }

  package var note: String {
    isOver ? "the run is over" : settings == nil ? "" : "takes effect: \(ControlsPane.knobs[selected].effect.rawValue)"
  }

  /// What a knob had at the start, where that is another value now: `0.5`.
  func former(_ knob: AnyKnob) -> String? {
    guard let settings, let initial, settings[knob] != initial[knob] else { return nil }
    return initial.formatted(knob)
  }

  package func describe() -> String {
    guard let settings else { return "Controls: no run yet." }
    let knob = ControlsPane.knobs[selected]
    let idle = idleReason(knob).map { "; \($0)" } ?? ""
    let waiting = pending.isEmpty ? "" : " Requested: \(waitingText)."
    let changed = ControlsPane.knobs.compactMap { knob in former(knob).map { "\(knob.symbol) was \($0)" } }
    let since = changed.isEmpty ? "" : " Changed since the start: \(changed.joined(separator: ", "))."
    let count = ControlsPane.knobs.count,
      all = changed.isEmpty ? "\(count) settings, all as at the start" : "\(count) settings"
    let selected = "\(knob.symbol) \(settings.formatted(knob)), \(knob.help) (\(knob.accepted))\(idle)"
    return "Controls: \(all).\(waiting)\(since) Selected: \(selected)."
  }

  /// Why a knob would have no effect, given what was already requested: `not used by AT`.
  func idleReason(_ knob: AnyKnob) -> String? {
    guard var asked = settings else { return nil }
    for (name, value) in pending { try? asked.set(name, to: value) }
    return knob.idleReason(in: asked)
  }

  private var waitingText: String {
    ControlsPane.knobs.compactMap { knob in pending[knob.name].map { "\(knob.symbol) \(knob.format($0))" } }
      .joined(separator: ", ")
  }
}
