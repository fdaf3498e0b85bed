import Recipe

/// One stop of a tour: a timed intervention with a caption, for demonstrations. A person who changes a setting
/// ends the tour.
package struct TourStop: Sendable, Hashable, Codable {
  /// After which step.
  package var step: Int
  /// Settings that change from the next step on, in the order of the file.
  package var changes: [Change]
  /// One line for the journal.
  package var caption: String
  /// Whether the session pauses there until a person resumes it.
  package var pauses: Bool

  /// Batches from which the running statistics are recomputed, after the changes; nil for none.
  package var recalibrates: Int?
  /// True where the run ends early there; nil otherwise.
  package var finishes: Bool?
  /// The name of the pane that the caption speaks of; nil for none.
  package var pane: String?

  /// One setting and its new value.
  package struct Change: Sendable, Hashable, Codable {
    /// The setting's name.
    package var knob: String
    /// Its new value.
    package var value: KnobValue

    package init(knob: String, value: KnobValue) {
      self.knob = knob
      self.value = value
    }
  }

  /// True when a run of `steps` steps ends before the stop does anything: a change applies from the next step on.
  package func comesTooLate(for steps: Int) -> Bool {
    step > steps || (step == steps && (!changes.isEmpty || finishes != nil))
  }

  package init(
    step: Int, changes: [Change] = [], caption: String, pauses: Bool = false, recalibrates: Int? = nil,
    finishes: Bool? = nil, pane: String? = nil
  ) {
    (self.recalibrates, self.finishes, self.pane) = (recalibrates, finishes, pane)
    self.step = step
    self.changes = changes
    self.caption = caption
    self.pauses = pauses
  }
}
