import Recipe
import Spelling
import Testing

@Suite struct SettingsTests {
  @Test func `an assignment sets one knob and no other`() throws {
    var settings = Settings()
    try settings.apply(assignment: "eps=8/255")
    try settings.apply(assignment: "data.dir=/a=b")
    #expect(settings[.epsilon] == 8.0 / 255 && settings[.dataFolder] == "/a=b")
    #expect(settings.formatted(.epsilon) == "8/255" && settings.formatted(.nesterov) == "on")
    for knob in AnyKnob.all where knob.name != "eps" && knob.name != "data.dir" {
      #expect(settings[knob] == knob.initial)
    }
  }

  @Test(arguments: [
    ("gamma", "--set gamma: use NAME=VALUE, for example gamma=0.1"),
    ("gama=1", "'gama' is not a setting; did you mean 'gamma'?"),
    ("=1", "'' is not a setting; 'dualab presets show NAME' lists all settings"),
    ("qqqqqq=1", "'qqqqqq' is not a setting; 'dualab presets show NAME' lists all settings"),
    ("gamma=2", "gamma: '2' is not accepted; use a number in 0 … 1"),
    (
      "model=conv5",
      "model: 'conv5' is not accepted; use one of conv4, preact-mini, preact-resnet18, preact-resnet34, preact-resnet20, "
        + "resnet18, resnet34, resnet50, resnet18-cifar, resnet34-cifar, resnet50-cifar, wide-resnet, "
        + "wide-resnet-deepmind, preact-resnet18-deepmind, preact-resnet34-deepmind, vgg11-bn, vgg13-bn, vgg16-bn, "
        + "vgg19-bn, vgg11-bn-cifar, vgg13-bn-cifar, vgg16-bn-cifar, vgg19-bn-cifar, small-cnn (did you mean 'conv4'?)"
    ),
  ]) func `a bad assignment is one line and changes nothing`(assignment: String, expected: String) {
    var settings = Settings()
    let error = #expect(throws: SettingError.self) { try settings.apply(assignment: assignment) }
    #expect(error?.description == expected)
    #expect(settings == Settings())
  }
}

@Suite struct OneLineTests {
  @Test func `control characters are written out, everything else stays`() throws {
    #expect(oneLine("a\nb\r\tc\u{1B}[31m\u{2028}") == "a\\nb\\r\\tc\\u{1B}[31m\\u{2028}")
    #expect(oneLine("γ = 'é' \"\\\" 日😀") == "γ = 'é' \"\\\" 日😀")
    var settings = Settings()
    let error = #expect(throws: SettingError.self) { try settings.apply(assignment: "nesterov=\u{1B}\n") }
    #expect(error?.description == "nesterov: '\\u{1B}\\n' is not accepted; use on or off")
  }
}

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("gama", "gamma"), ("GAMMA", "gamma"), ("agmma", "gamma"), ("esp", "eps"), ("attack.setps", "attack.steps"),
    ("weightdecay", "weight_decay"), ("lrr", "lr"), ("momentun", "momentum"),
  ]) func `a slip is understood`(typed: String, meant: String) {
    #expect(nearestName(to: typed, in: AnyKnob.all.map(\.name)) == meant)
  }

  @Test(arguments: ["", "x", "zzzz", "completely-different"]) func `what is nothing like a name is not guessed`(
    typed: String
  ) {
    #expect(nearestName(to: typed, in: AnyKnob.all.map(\.name)) == nil)
  }

  @Test func `ties go to the first in the alphabet, and no candidates give none`() {
    #expect(nearestName(to: "ab", in: ["ad", "ac"]) == "ac")
    #expect(nearestName(to: "ab", in: []) == nil)
  }
}
