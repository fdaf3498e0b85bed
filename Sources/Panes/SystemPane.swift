import Events
import Plotting
import Readout
import Recipe
import Spelling

/// What the run takes of the machine: speed and its share of what the machine can do, memory, where the time goes.
package struct SystemPane: Pane {
  package static let id = "system"
  package static let title = "System"
  package static let minimumSize = PaneSize(40, 7)
  package static let comfortableSize = PaneSize(52, 11)
  package static let priority = 12
  package static let keys: [PaneKey<SystemPane>] = [
    KeyBinding(
      [.character("g")], footer: FooterWord("g", "peak"),
      "measure this machine's peak matrix-multiply speed",
      when: { $0.peak == nil && !$0.isMeasuring && !$0.isElsewhere }
    ) { pane in
      pane.isMeasuring = true
      return [.measurePeak]
    }
  ]

  /// What the time of a session went into, in seconds.
  struct Times: Sendable {
    var steps = 0.0, validation = 0.0, sentinel = 0.0, surgery = 0.0, images = 0.0

    var all: Double { steps + validation + sentinel + surgery + images }
  }

  private(set) var times = Times()
  private(set) var description: SessionDescription?
  private(set) var settings: Settings?
  private(set) var pace = Pace()
  private(set) var step = 0
  private(set) var last: Sample?
  private var process: MachineNews?
  /// What the process takes of the machine; nil where it is not the one that trains.
  var machine: MachineNews? { isElsewhere ? nil : process }
  /// Fraction of one core that drawing takes.
  private(set) var drawing: Double?
  /// 10⁹ operations per second of one thread.
  private(set) var peak: Double?
  private(set) var isMeasuring = false
  private(set) var isOver = false
  /// The fraction of its budget that the sentinel has spent.
  private(set) var budgetSpent: Double?
  /// True where another process trains the run, or has trained it.
  private(set) var isElsewhere = false

  package init() {}

  package mutating func update(_ event: Event) {
    switch event {
    case .started(let description):
      (self.description, settings) = (description, description.settings)
    case .sample(let sample):
      pace.add(sample)
      times.steps += sample.seconds
      (last, step) = (sample, sample.step)
    case .probe(let probe) where probe.weights == .current:
      pace.add(probe)
      if probe.gapState == nil { times.validation += probe.seconds } else { times.sentinel += probe.seconds }
      budgetSpent = probe.budgetSpent ?? budgetSpent
    case .surgery(let report): times.surgery += report.seconds
    case .image(let report): times.images += report.seconds
    case .journal(let entry):
      guard let change = entry.change else { return }
      try? settings?.set(change.knob, to: change.new)
      if change.knob == Knob.steps.name, let settings, let description {
        self.description?.steps = settings.totalSteps(stepsPerEpoch: description.stepsPerEpoch)
      }
    case .summary: isOver = true
    default: break
    }
  }

  package mutating func hear(_ news: PaneNews) -> Bool {
    switch news {
    case .machine(let machine):
      guard process != machine else { return false }
      process = machine
    case .drawing(let share):
      guard drawing != share else { return false }
      drawing = share
    case .peak(let gigaflops): (peak, isMeasuring) = (gigaflops, false)
    case .step, .measurement: return false
    case .onlooking: isElsewhere = true
    case .runs: return false
    }
    return true
  }

  /// Arithmetic per second of the training steps at the present pace, in 10⁹; nil where it is not known.
  var gigaflops: Double? {
    guard let work = description?.work, let settings, let last, let rate = pace.imagesPerSecond else { return nil }
    return settings.flopsOfStep(images: last.images, work) / Double(max(1, last.images)) * rate / 1e9
  }

  /// The same as a fraction of what the product of matrices reaches on as many threads.
  var shareOfPeak: Double? {
    guard let gigaflops, let peak, peak > 0, let description, !isElsewhere else { return nil }
    return gigaflops / (peak * Double(max(1, min(description.threads, machine?.cores ?? description.threads))))
  }

  package var note: String {
    description.map { "\(NumberText.count($0.threads, "thread"))\(machine.map { " · \($0.kernels)" } ?? "")" } ?? ""
  }

  package func describe() -> String {
    guard let description else { return "System: nothing is running yet." }
    var sentences = ["System: \(NumberText.count(description.threads, "thread"))"]
    if let machine { sentences[0] += " on \(NumberText.count(machine.cores, "core")), kernels \(machine.kernels)" }
    if let speed = pace.speed { sentences.append("\(speed)\(gigaflops.map { ", \(rate($0))" } ?? "")") }
    if let machine {
      sentences.append("memory \(Self.bytes(machine.resident)), at most \(Self.bytes(machine.peak)) so far")
    }
    sentences.append(shares.map { "\($0.name) \(NumberText.percent($0.share, digits: 0))" }.joined(separator: ", "))
    return sentences.filter { !$0.isEmpty }.joined(separator: ". ") + "."
  }

  /// `41 GFLOP/s`, with the share of the peak where it is known.
  func rate(_ gigaflops: Double) -> String {
    "\(NumberText.short(gigaflops)) GFLOP/s"
      + (shareOfPeak.map { ", \(NumberText.percent($0, digits: 0)) of sgemm" } ?? "")
  }

  /// What the time went into, as fractions.
  var shares: [(name: String, share: Double)] {
    guard times.all > 0 else { return [] }
    return [
      ("training", times.steps), ("validation", times.validation), ("sentinel", times.sentinel),
      ("operations", times.surgery), ("images", times.images),
    ].filter { $0.1 > 0 }.map { ($0.0, $0.1 / times.all) }
  }

  /// `412 MB`.
  static func bytes(_ count: Int) -> String {
    let value = Double(max(0, count))
    return value >= 1e9 ? "\(NumberText.short(value / 1e9)) GB" : "\(NumberText.short(value / 1e6)) MB"
  }
}
