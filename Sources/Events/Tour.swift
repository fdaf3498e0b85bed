/// One stop of a tour: a timed intervention with a caption, for demonstrations. Any key takes over and ends the tour.
public struct TourStop: Sendable, Hashable, Codable {
  /// After which step.
  public var step: Int
  /// Settings that change from the next step on, in the order of the file.
  public var changes: [Change]
  /// What is said; one line.
  public var caption: String
  /// Whether the session pauses there until somebody goes on.
  public var pauses: Bool

  /// One setting and its new value.
  public struct Change: Sendable, Hashable, Codable {
    /// The setting's name.
    public var knob: String
    /// Its new value.
    public var value: KnobValue

    /// Both.
    public init(knob: String, value: KnobValue) {
      self.knob = knob
      self.value = value
    }
  }

  /// True when a run of so many steps ends before it does anything: a change counts from the next step on.
  public func comesTooLate(for steps: Int) -> Bool { step > steps || (step == steps && !changes.isEmpty) }

  /// All parts.
  public init(step: Int, changes: [Change] = [], caption: String, pauses: Bool = false) {
    self.step = step
    self.changes = changes
    self.caption = caption
    self.pauses = pauses
  }
}
