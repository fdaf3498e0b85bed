import Commands
import Events
import Presets
import Recipe
import Testing

@Suite struct RunOptionsTests {
  private let preset = Preset(name: "quick", settings: Settings())

  private func plan(_ arguments: [String]) throws -> RunPlan {
    try RunPlan(try RunOptions.parse(arguments), preset: preset, cores: 3)
  }

  @Test func withoutOptionsThePresetStaysAsItIs() throws {
    #expect(try plan([]).settings == Settings())
    #expect(try plan([]).threads == 3)
  }

  @Test func optionsApplyInOrderStepsAndSeedLast() throws {
    let plan = try plan([
      "--steps", "7", "--set", "gamma=0.1", "--set", "eps=8/255", "--set", "gamma=0.2", "--set", "steps=9", "--seed",
      "5", "--threads", "2",
    ])
    #expect(plan.settings[.gamma] == 0.2)
    #expect(plan.settings.formatted(.epsilon) == "8/255")
    #expect(plan.settings[.steps] == 7)
    #expect(plan.settings[.seed] == 5)
    #expect(plan.threads == 2)
  }

  @Test func changesJoinTheTourByStep() throws {
    let told = TourStop(step: 20, caption: "look")
    let preset = Preset(name: "tour", settings: Settings(), tour: [told])
    let options = try RunOptions.parse(["--at", "30:β=1", "--at", "20:gamma=0.1", "--at", "20:eps=8/255"])
    let plan = try RunPlan(options, preset: preset, cores: 1)
    #expect(
      plan.tour == [
        told, TourStop(step: 20, changes: [.init(knob: "gamma", value: .number(0.1))], caption: ""),
        TourStop(step: 20, changes: [.init(knob: "eps", value: .number(8 / 255))], caption: ""),
        TourStop(step: 30, changes: [.init(knob: "beta", value: .number(1))], caption: ""),
      ])
    #expect(try self.plan([]).tour.isEmpty)
  }

  @Test func changesAreAcceptedAtAnyStepOfARunOfUnknownLength() throws {
    #expect(try plan(["--set", "steps=0", "--at", "100000:gamma=0.1"]).tour.count == 1)
  }

  @Test(arguments: [
    (["--set", "gama=1"], "'gama' is not a setting; did you mean 'gamma'?"),
    (["--set", "gamma"], "--set gamma: use NAME=VALUE, for example gamma=0.1"),
    (["--set", "gamma=2"], "gamma: '2' is not accepted; use a number in 0 … 1"),
    (
      ["--set", "model=conv5"],
      "model: 'conv5' is not accepted; use \(AnyKnob.named("model")?.accepted ?? "") (did you mean 'conv4'?)"
    ),
    (
      ["--set", "norm=dbn", "--set", "batching=seq"],
      "norm dbn with batching seq: DBN needs both domains in one pass; set batching=cat, or norm=split"
    ),
    (["--steps", "0"], "--steps 0: use a whole number of at least 1"),
    (["--seed=-1"], "seed: '-1' is not accepted; use a whole number in 0 … 2147483647"),
    (["--at", "gamma=1"], "--at gamma=1: use STEP:NAME=VALUE, for example 200:beta=1"),
    (["--at=-1:gamma=1"], "--at -1:gamma=1: use STEP:NAME=VALUE, for example 200:beta=1"),
    (["--at", "5:gama=1"], "'gama' is not a setting; did you mean 'gamma'?"),
    (["--at", "5:width=8"], "--at 5:width=8: width cannot change during a run; use --set"),
    (
      ["--at", "5:attack=PGD-20"], "attack: 'PGD-20' sets more than attack; set attack=pgd and attack.steps=20"
    ),
    (["--at", "5:gamma=2"], "gamma: '2' is not accepted; use a number in 0 … 1"),
    (
      ["--set", "batching=seq", "--at", "5:norm=dbn"],
      "--at: norm dbn with batching seq: DBN needs both domains in one pass; set batching=cat, or norm=split"
    ),
    (
      ["--steps", "5", "--at", "4:gamma=0.1", "--at", "5:gamma=0.2"],
      "--at 5:gamma=0.2: the run ends after step 5, and changes apply from the next step on; use a step below 5, "
        + "or more --steps"
    ),
    (
      ["--set", "norm=dbn", "--set", "norm.layers=0,9"],
      "norm.layers: conv4 has no normalization layer 9; its layers are 0 … 3, in forward order"
    ),
    (
      ["--set", "norm=dbn", "--set", "data=cifar10", "--set", "norm.layers=0,9"],
      "norm.layers: conv4 has no normalization layer 9; its layers are 0 … 3, in forward order"
    ),
    (["--set", "norm.affine=on"], "norm.affine: 'on' has no meaning for norm bn; use default"),
    (["--set", "data.size=17"], "data.size: 17 is not a multiple of 4, the texture's period; use 16 or 20"),
    (
      ["--at", "5:norm=dbn", "--at", "5:norm.layers=9"],
      "--at: norm.layers: conv4 has no normalization layer 9; its layers are 0 … 3, in forward order"
    ),
    (["--threads", "0"], "--threads 0: use a whole number in 1 … 1024"),
  ])
  func impossibleOptionsAreUsageErrors(arguments: [String], line: String) throws {
    #expect { try plan(arguments) } throws: { CommandFailure($0) == .usage(line) }
  }
}
