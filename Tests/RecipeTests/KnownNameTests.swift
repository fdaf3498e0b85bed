import Recipe
import Spelling
import Testing

@Suite struct KnownNameTests {
  private static let attacks = ["fgsm", "pgd", "apgd-ce", "apgd-t", "fab-t", "square"]
  private static let suites = ["autoattack", "autoattack-plus", "autoattack-rand", "quick"]

  @Test(arguments: [
    ("Linf", "linf"), ("LINF", "linf"), ("L_inf", "linf"), ("ℓ∞", "linf"), ("L2", "l2"), ("ℓ2", "l2"), ("l2", "l2"),
  ]) func `norms`(text: String, name: String) { #expect(KnownName(text, in: ["linf", "l2"])?.name == name) }

  @Test(arguments: [
    ("AutoAttack", "autoattack"), ("standard", "autoattack"), ("AA", "autoattack"), ("AA+", "autoattack-plus"),
    ("plus", "autoattack-plus"), ("rand", "autoattack-rand"), ("Auto-Attack", "autoattack"),
  ]) func `versions of AutoAttack`(text: String, name: String) {
    #expect(KnownName(text, in: Self.suites)?.name == name)
  }

  @Test(arguments: [
    ("PGD-20", "pgd", [20]), ("pgd-100", "pgd", [100]), ("PGD20", "pgd", [20]), ("APGD-CE", "apgd-ce", []),
    ("apgd_ce", "apgd-ce", []), ("PGD", "pgd", []), ("FAB-T", "fab-t", []), ("Square-1000", "square", [1000]),
  ]) func `attacks and their iterations`(text: String, name: String, numbers: [Int]) {
    let known = KnownName(text, in: Self.attacks, numbers: 1)
    #expect(known?.name == name && known?.numbers == numbers)
  }

  @Test func `what means none of the names is none`() {
    for text in ["", "-", "pgd20x", "20", "linf", "PGD-10-20", "pgd-99999999999999999999"] {
      #expect(KnownName(text, in: Self.attacks, numbers: 1) == nil, "\(text)")
    }
    #expect(KnownName("PGD-20", in: Self.attacks) == nil)
    // A word for several things means the one that is there.
    #expect(KnownName("standard", in: ["standard", "at"])?.name == "standard")
  }

  @Test(arguments: [
    ("objective", "AT", "at"), ("objective", "TRADES", "trades"), ("norm", "BN", "bn"), ("norm", "GroupNorm", "gn"),
    ("model", "PreActResNet18", "preact-resnet18"), ("model", "preact_resnet18", "preact-resnet18"),
    ("model", "ResNet-18", "resnet18"), ("data", "CIFAR-10", "cifar10"), ("data", "cifar_100", "cifar100"),
    ("data", "FashionMNIST", "fashion-mnist"), ("attack.norm", "Linf", "linf"), ("schedule", "OneCycle", "one-cycle"),
    ("dbn.reduction", "Pixel_Mean", "pixel-mean"),
  ]) func `settings take names as the field writes them`(setting: String, text: String, name: String) throws {
    var settings = Settings()
    try settings.set(setting, parsing: text)
    let knob = try #require(AnyKnob.named(setting))
    let got = settings[knob]
    try settings.set(setting, parsing: name)
    #expect(settings[knob] == got && got == .text(name))
  }

  /// Every choice of every setting, in capitals and without its hyphens.
  @Test func `every choice is found however it is written`() throws {
    for knob in AnyKnob.all {
      guard case .choice(let choices) = knob.kind else { continue }
      for choice in choices {
        for text in [choice.uppercased(), choice.replacing("-", with: "_"), choice.replacing("-", with: "")] {
          #expect(try knob.parse(text) == .text(choice), "\(knob.name) \(text)")
        }
      }
    }
  }

  @Test func `numbers behind a choice set what they mean`() throws {
    var settings = Settings()
    try settings.set("attack", parsing: "PGD-20")
    try settings.set("model", parsing: "WRN-34-20")
    #expect(settings[.attackSteps] == 20 && settings[.attack] == .pgd)
    #expect(settings[.model].rawValue == "wide-resnet" && settings[.depth] == 34 && settings[.widen] == 20)
    #expect(throws: SettingError.self) { try settings.set("attack", parsing: "FGSM-20") }
    #expect(throws: SettingError.self) { try settings.set("model", parsing: "conv4-7") }
    #expect(throws: SettingError.self) { try settings.set("attack", parsing: "PGD-0") }
  }
}
