import Events
import Plotting
import Readout
import Recipe
import Spelling

/// One image of the probe under attack: as it is, attacked, and the difference; its logits; through the iterations of
/// the attack, with another radius too. The engine is asked for it; pixels are in no record.
package struct ImagesPane: Pane {
  package static let id = "images"
  package static let title = "Images"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 20
  package static let wheelKeys: (up: Key, down: Key) = (.left, .right)
  package static let keys: [PaneKey<ImagesPane>] = [
    KeyBinding(
      [.character("r")], footer: FooterWord("r", "look"), "attack this image at the present weights", when: \.canAsk
    ) { $0.ask(.at($0.position)) },
    KeyBinding([.up], footer: FooterWord("↑/↓", "image"), "previous image of the probe", when: \.canAsk) {
      $0.ask(.at($0.neighbor(-1)))
    },
    KeyBinding([.down], "next image of the probe", when: \.canAsk) { $0.ask(.at($0.neighbor(1))) },
    KeyBinding([.left], footer: FooterWord("←/→", "iteration"), "back by one iteration", when: { $0.stage > 0 }) {
      $0.move(by: -1)
    },
    KeyBinding([.right], "forward by one iteration", when: { $0.stage + 1 < $0.stageCount }) { $0.move(by: 1) },
    KeyBinding(
      [.character("m")], footer: FooterWord("m", "misclassified"), "next image that is misclassified without attack",
      when: \.canAsk
    ) { $0.ask(.nextMisclassified(after: $0.position)) },
    KeyBinding(
      [.character("w")], footer: FooterWord("w", "broken"), "next image that the attack breaks", when: \.canAsk
    ) { $0.ask(.nextBroken(after: $0.position)) },
    KeyBinding(
      [.character(")")], footer: FooterWord("(/)", "ε"), "attack this image with a larger ε; the run keeps its own",
      when: \.canAsk
    ) { $0.changeRadius(by: 1) },
    KeyBinding([.character("(")], "attack this image with a smaller ε", when: \.canAsk) { $0.changeRadius(by: -1) },
    KeyBinding([.character("e")], "attack this image with the run's ε", when: { $0.canAsk && $0.radius != .whole }) {
      $0.changeRadius(to: .whole)
    },
    KeyBinding(
      [.character("f")], footer: FooterWord("f", "difference"), "enlarge the difference: to fit, ×1, ×5, ×10, ×20",
      when: { $0.report != nil }
    ) {
      $0.enlargement = $0.enlargement.next
      return []
    },
  ]

  /// The radius of the attack on this image, as a part of the run's.
  package enum Radius: Double, Sendable, CaseIterable {
    case zero = 0, eighth = 0.125, quarter = 0.25, half = 0.5, threeQuarters = 0.75, whole = 1, oneAndHalf = 1.5
    case twice = 2, fourfold = 4
  }

  /// How much larger the difference is drawn.
  package enum Enlargement: Double, Sendable, CaseIterable {
    /// So that its largest value is white or black.
    case fitting = 0
    case once = 1, five = 5, ten = 10, twenty = 20

    var next: Enlargement {
      let all = Enlargement.allCases
      return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }
  }

  private(set) var report: ImageReport?
  /// Which of the report's stages is shown.
  package private(set) var stage = 0
  package private(set) var enlargement = Enlargement.fitting
  package private(set) var radius = Radius.whole
  /// Was asked for and has not come.
  private(set) var awaited: ImageRequest?
  /// Why there are no images to ask for; nil while there are.
  private(set) var obstacle: String?
  /// Steps done.
  private(set) var step = 0
  /// The network itself was changed since the image was looked at.
  private var isOutdated = false
  private var remembered = 0
  private var usualEpsilon: Double?

  package init() {}

  /// True while the engine can be asked.
  private var canAsk: Bool { obstacle == nil && usualEpsilon != nil }

  /// How many stages there are to go through.
  var stageCount: Int { report?.stages.count ?? 0 }

  /// The image that the next request counts from.
  private var position: Int {
    if case .at(let position)? = awaited?.choice { return position }
    return report?.position ?? remembered
  }

  private func neighbor(_ count: Int) -> Int {
    guard let report, report.count > 0 else { return max(0, position + count) }
    return (position + count + report.count) % report.count
  }

  package mutating func update(_ event: Event) {
    switch event {
    case .started(let description):
      usualEpsilon = description.settings[.epsilon]
      if description.watches != nil { obstacle = "only checkpoints are watched; their images are not shown here" }
    case .journal(let entry):
      if case .refused(.tooLate) = entry.fact { awaited = nil }
      if case .failed(.image, _) = entry.fact { awaited = nil }
      if let change = entry.change, change.knob == Knob.epsilon.name, case .number(let value) = change.new {
        usualEpsilon = value
      }
    case .sample(let sample): step = sample.step
    case .surgery: isOutdated = report != nil
    case .image(let report): show(report)
    case .summary:
      obstacle = obstacle ?? "the run is over; only the last image is still available"
      awaited = nil
    default: break
    }
  }

  private mutating func show(_ report: ImageReport) {
    // Who looks at the end of the attack wants the end of the next one, too.
    let wasAtEnd = self.report.map { stage + 1 >= $0.stages.count } ?? true
    (self.report, isOutdated) = (report, false)
    stage = wasAtEnd ? max(0, report.stages.count - 1) : min(stage, max(0, report.stages.count - 1))
    if awaited == report.request { awaited = nil }
  }

  package mutating func hear(_ news: PaneNews) -> Bool {
    guard case .onlooking(let onlooking) = news else { return false }
    obstacle =
      onlooking == .replay
      ? "pixels are not recorded: a replay has no images" : "pixels are not recorded: images are in the run's own lab"
    return true
  }

  package mutating func noteSent(_ command: Command) {
    if case .examine(let request) = command { awaited = request }
  }

  package var choices: [String: String] {
    [
      "image": "\(report?.position ?? remembered)", "difference": "\(enlargement)", "radius": "\(radius)",
    ]
  }

  package mutating func restore(_ choices: [String: String]) {
    if let image = choices["image"].flatMap({ Int($0) }), image >= 0 { remembered = image }
    enlargement = Enlargement.allCases.first { "\($0)" == choices["difference"] } ?? enlargement
    radius = Radius.allCases.first { "\($0)" == choices["radius"] } ?? radius
  }

  // MARK: keys

  private func ask(_ choice: ImageRequest.Choice) -> [PaneRequest] {
    [.send(.examine(ImageRequest(choice, epsilon: radius == .whole ? nil : (usualEpsilon ?? 0) * radius.rawValue)))]
  }

  private mutating func move(by count: Int) -> [PaneRequest] {
    stage = min(max(0, stage + count), max(0, stageCount - 1))
    return []
  }

  private mutating func changeRadius(by count: Int) -> [PaneRequest] {
    let all = Radius.allCases, place = (all.firstIndex(of: radius) ?? 0) + count
    guard all.indices.contains(place) else {
      return [.say("ε goes from 0 to \(NumberText.short(all.last?.rawValue ?? 1)) times that of the run")]
    }
    return changeRadius(to: all[place])
  }

  private mutating func changeRadius(to radius: Radius) -> [PaneRequest] {
    self.radius = radius
    return ask(.at(position))
  }

  // MARK: words

  package var note: String {
    guard let report else { return "" }
    return "\(report.position + 1) of \(report.count) · step \(report.step) · ε \(Fraction.format(report.epsilon))"
  }

  /// What a class is called.
  func name(of label: Int?) -> String {
    guard let label, let report else { return "none" }
    return report.classes.indices.contains(label) ? report.classes[label] : "class \(label)"
  }

  /// `clean`, `start` or `PGD-10, 3 of 10`.
  func title(of stage: Int) -> String {
    guard let report, stage > 0 else { return "clean" }
    let first = report.hasStart ? 1 : 0, last = report.stages.count - 1
    if stage == 1, report.hasStart { return "start of \(report.attack)" }
    return last - first > 1 ? "\(report.attack), \(stage - first) of \(last - first)" : report.attack
  }

  /// The first stage at which the image is misclassified; nil when it never is.
  var breaking: Int? { report.flatMap { report in report.stages.firstIndex { $0.prediction != report.label } } }

  /// What is on its way, or why nothing is; nil when there is nothing to say.
  var remark: String? {
    if let obstacle { return obstacle }
    if awaited != nil { return "requested; it is computed after the present step" }
    guard let report else { return "press r to look at image \(remembered + 1) of the probe at the present weights" }
    if !report.isFound {
      if case .nextMisclassified = report.request.choice { return "no image of the probe is misclassified" }
      return "\(report.attack) breaks no image of the probe"
    }
    if isOutdated { return "from before the last change of the network; r looks again" }
    return report.step < step ? "weights of step \(report.step), now \(step); r looks again" : nil
  }

  package func describe() -> String {
    guard let report, let clean = report.stages.first, let last = report.stages.last else {
      return "Images: \(remark ?? "nothing looked at yet")."
    }
    let outcome =
      switch breaking {
      case nil: "correct through the whole attack"
      case 0: "misclassified without any attack"
      case let stage?: "first misclassified at '\(title(of: stage))'"
      }
    let largest = zip(last.pixels, clean.pixels).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    return
      "Images at step \(report.step): image \(report.position + 1) of \(report.count) of the probe, "
      + "\(name(of: report.label)). Without attack: \(name(of: clean.prediction)). \(report.attack) with ε "
      + "\(Fraction.format(report.epsilon)): \(name(of: last.prediction)); \(outcome). Largest difference of a pixel: "
      + "\(NumberText.short(Double(largest)))."
      + (remark.map { " \($0.prefix(1).uppercased())\($0.dropFirst())." } ?? "")
  }
}
