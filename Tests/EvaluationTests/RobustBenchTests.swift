import Evaluation
import Networks
import Spelling
import Tensors
import Testing

/// The leaderboard's entries: numbers as published, and networks that the catalogue has.
@Suite struct RobustBenchTests {
  @Test func everyEntryIsOneNetworkOfTheCatalogue() throws {
    #expect(robustBenchEntries.count == 116)
    #expect(Set(robustBenchEntries.map(\.fullName)).count == robustBenchEntries.count)
    for entry in robustBenchEntries {
      let label = entry.fullName
      let model = try #require(models.first { $0.name == entry.network.model }, "\(label)")
      for setting in entry.network.settings.keys { #expect(model.ownSettings.contains(setting), "\(label) \(setting)") }
      #expect(entry.clean > entry.autoAttack && entry.clean < 100 && entry.autoAttack >= 0, "\(label)")
      if let best = entry.best { #expect(best < entry.autoAttack && best > entry.autoAttack - 1, "\(label)") }
      let eps = try #require(Fraction.parse(entry.eps), "\(label)")
      #expect(entry.norm == .l2 ? eps == 0.5 : (0.01...0.032).contains(eps), "\(label)")
      let normalization = entry.normalization
      #expect(normalization.mean.count == 3 && normalization.std.allSatisfy { $0 > 0.19 && $0 <= 1 }, "\(label)")
    }
  }

  /// Parameters of the architectures at full size, as their papers and programs count them.
  @Test(arguments: [
    ("cifar10/Linf/Rice2020Overfitting", 184_531_674, 640), ("cifar10/Linf/Carmon2019Unlabeled", 36_479_194, 160),
    ("cifar10/Linf/Zhang2019Theoretically", 46_160_474, 160), ("cifar10/Linf/Wong2020Fast", 11_171_146, 64),
    ("cifar10/L2/Rice2020Overfitting", 11_172_170, 64), ("cifar10/L2/Engstrom2019Robustness", 23_520_842, 64),
    ("cifar10/Linf/Gowal2020Uncovering_70_16", 266_796_506, 256), ("cifar100/Linf/Rice2020Overfitting", 11_218_340, 64),
  ])
  func fullSizesHaveTheKnownNumberOfParameters(name: String, parameters: Int, first: Int) throws {
    let entry = try RobustBenchEntry.named(name), model = try #require(ModelKind(rawValue: entry.network.model)?.model)
    var settings = ModelSettings(
      name: model.name, input: Shape(3, 32, 32), classes: entry.data.classes, width: model.usualWidth)
    for (name, value) in entry.network.settings { settings.options[name] = Double(value) }
    settings.finalNorm = entry.network.settings["final_norm"] == "true"
    let tensors = Network.neededTensors(settings).filter(\.isParameter)
    #expect(tensors.reduce(0) { $0 + $1.count } == parameters)
    #expect(tensors.contains { $0.shape.first == first })
  }

  /// Looked up by hand in model_info.
  @Test(
    arguments: [
      ("cifar10/Linf/Rice2020Overfitting", 85.34, 53.42, nil), ("cifar10/L2/Rice2020Overfitting", 88.67, 67.68, nil),
      ("cifar10/Linf/Wong2020Fast", 83.34, 43.21, nil), ("cifar10/L2/Engstrom2019Robustness", 90.83, 69.24, nil),
      ("cifar10/Linf/Carmon2019Unlabeled", 89.69, 59.53, nil),
      ("cifar10/Linf/Rebuffi2021Fixing_70_16_cutmix_extra", 92.23, 66.58, 66.56),
      ("cifar100/Linf/Wang2023Better_WRN-70-16", 75.22, 42.67, 42.66),
      ("imagenet/Linf/Salman2020Do_R18", 52.92, 25.32, nil),
    ] as [(String, Double, Double, Double?)])
  func numbersAreThePublishedOnes(name: String, clean: Double, autoAttack: Double, best: Double?) throws {
    let entry = try RobustBenchEntry.named(name)
    #expect((entry.clean, entry.autoAttack) == (clean, autoAttack) && entry.best == best)
    #expect(entry.source == "RobustBench, model_info/\(name).json")
  }

  @Test func aNameMeansTheEntryOfTheImagesAndTheNorm() throws {
    #expect(try RobustBenchEntry.named("rice2020overfitting").fullName == "cifar10/Linf/Rice2020Overfitting")
    #expect(try RobustBenchEntry.named("Rice2020Overfitting", norm: .l2).network.model == "preact-resnet18")
    let hundred = try RobustBenchEntry.named("Rice2020Overfitting", data: "cifar100")
    #expect(hundred.data == .cifar100 && hundred.settings["classes"] == "100")
    // Images of no data set of the leaderboard leave its default.
    #expect(try RobustBenchEntry.named("Rice2020Overfitting", data: "mirage").data == .cifar10)
    let understanding = try RobustBenchEntry.named("Andriushchenko2020Understanding").settings
    #expect(understanding["key"] == "last" && understanding["shortcut"] == "raw" && understanding["mean"] == nil)
    let entry = try RobustBenchEntry.named("Andriushchenko2020Understanding")
    #expect(entry.usual.mean == [0, 0, 0] && entry.usual.deviation == [1, 1, 1])
    for (name, value, isChanged) in [
      ("mean", "0", false), ("std", "1, 1, 1", false), ("mean", "0.5", true), ("shortcut", "activated", true),
      ("shortcut", "raw", false), ("key", "best", true), ("width", "64", false), ("norm", "gn", true),
    ] { #expect(entry.isChanged(name, to: value) == isChanged, "\(name) \(value)") }
    #expect(throws: SettingError.self) { try RobustBenchEntry.named("Wong2020Fast", norm: .l2) }
    do {
      _ = try RobustBenchEntry.named("Rice2020Overfiting")
      Issue.record("it was found")
    } catch {
      #expect("\(error)".contains("did you mean 'Rice2020Overfitting'?") && !"\(error)".contains("\n"))
    }
    do {
      _ = try RobustBenchEntry.named("rebuffi")
      Issue.record("it was found")
    } catch {
      #expect("\(error)".contains("'Rebuffi2021Fixing_106_16_cutmix_ddpm' or '"))
    }
  }
}
