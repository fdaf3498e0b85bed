import Events
import Recipe
import Testing

@testable import Presets

/// The key `tour` of a preset is read strictly. Each change must be one that a running session accepts.
@Suite struct TourTests {
  private func tour(_ text: String) throws -> [TourStop] { try Preset([UInt8](text.utf8), path: "x.yaml").tour }

  @Test func stopsAreReadInOrder() throws {
    let stops = try tour(
      """
      beta: 0
      tour:
        - {at: 5, say: "so it begins", pane: trade-off}
        - {at: 10, set: {beta: 1, gamma: 0.1}, say: "the cure", pause: true}
      """)
    #expect(
      stops == [
        TourStop(step: 5, caption: "so it begins", pane: "trade-off"),
        TourStop(
          step: 10, changes: [.init(knob: "beta", value: .number(1)), .init(knob: "gamma", value: .number(0.1))],
          caption: "the cure", pauses: true),
      ])
  }

  @Test func aResolvedPresetKeepsTheTour() throws {
    let stops = [
      TourStop(step: 5, caption: "so it \"begins\"", pane: "gap"),
      TourStop(
        step: 10, changes: [.init(knob: "eps", value: .number(8 / 255)), .init(knob: "gamma", value: .number(0.1))],
        caption: "the cure: β", pauses: true),
    ]
    #expect(try tour(resolvedYAML(Settings(), tour: stops)) == stops)
  }

  @Test func aPresetWithoutATourHasNoStops() throws { #expect(try tour("beta: 0").isEmpty) }

  @Test(arguments: [
    ("tour: 5", "x.yaml:1: tour: use a list such as [a, b]"),
    ("tour:\n  - {say: hello}", "x.yaml:2: a tour stop has no step; add 'at: STEP'"),
    ("tour:\n  - {at: -1}", "x.yaml:2: at: use a whole number of at least 0"),
    ("tour:\n  - {at: 1, sya: x}", "x.yaml:2: 'sya' is not part of a tour stop; did you mean 'say'?"),
    (
      "tour:\n  - {at: 1, set: {seed: 3}}",
      "x.yaml:2: tour: seed cannot change during a run; set it above the tour"
    ),
    (
      "tour:\n  - {at: 1, set: {attack: PGD-20}}",
      "x.yaml:2: tour: attack: 'PGD-20' sets more than attack; set attack=pgd and attack.steps=20"
    ),
    (
      "tour:\n  - {at: 5}\n  - {at: 3}", "x.yaml:3: the stop at step 3 comes after the one at step 5; sort them by step"
    ),
    ("tour:\n  - {at: 5, pane: [a]}", "x.yaml:2: pane: use one line of text"),
    ("tour:\n  - {at: 5, pause: maybe}", "x.yaml:2: pause: use true or false"),
  ])
  func mistakesAreErrorsOfOneLine(text: String, message: String) {
    #expect { try tour(text) } throws: { "\($0)" == message }
  }

  @Test func impossibleSettingsAreRefusedWhenTheFileIsRead() {
    #expect(throws: ResourceError.self) { try tour("batching: seq\ntour:\n  - {at: 5, set: {norm: dbn}}") }
  }
}
