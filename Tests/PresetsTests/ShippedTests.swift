import Events
import Foundation
import Plotting
import Presets
import Recipe
import TestSupport
import Testing

private func folders(_ kind: ResourceFolders.Kind) throws -> ResourceFolders {
  try ResourceFolders(
    kind, override: Repository.root.appendingPathComponent(kind.rawValue).path, environment: [:], home: nil,
    executable: nil)
}

@Suite struct ShippedPresetTests {
  private static let names = [
    "adversarial-training", "cifar10-at", "cifar10-mat", "cifar10-mat-dbn", "cifar10-mat-dbn-kl", "cifar10-mat-kl",
    "cifar10-standard", "cifar10-trades", "false-robustness", "fashion-catastrophic-overfitting",
    "fashion-mnist-mat-kl", "fashion-weak-pgd", "imagenette-at", "imagenette-mat", "imagenette-mat-dbn",
    "imagenette-mat-dbn-kl", "imagenette-mat-kl", "imagenette-standard", "imagenette-trades", "kl-cure", "mart",
    "tour-dbn", "tour-gamma", "tour-kl-cure", "tour-seq", "tour-weak-pgd", "trades",
  ]

  @Test func everyShippedPresetLoads() throws {
    let library = PresetLibrary(try folders(.presets))
    #expect(library.list().map(\.name) == ShippedPresetTests.names)
    for entry in library.list() {
      let preset = try library.load(entry.name)
      #expect(preset.name == entry.name && preset.summary == entry.summary)
      #expect(preset.title != preset.name)
      #expect(preset.settings.conflict == nil)
    }
  }

  @Test(arguments: names) func everyHeaderHasAllParts(name: String) throws {
    let preset = try PresetLibrary(try folders(.presets)).load(name)
    #expect(preset.summary.count > 40 && preset.summary.hasSuffix("."))
    let lines = preset.header.split(separator: "\n").map(String.init)
    for part in ["Shows:", "Task:", "Source:", "Time:", "Expected:", "Command:"] {
      #expect(lines.contains { $0.hasPrefix(part) && $0.count > part.count + 10 }, "\(part) is missing")
    }
    #expect(preset.header.contains("--preset \(name)"))
    #expect(preset.header.contains("CONSTRUCTED") == (preset.settings[.data].rawValue == "mirage"))
    let steps = preset.settings[.steps]
    if steps > 0 {
      #expect(preset.header.contains("PyTorch reference") && preset.header.contains("\(steps) steps"))
    } else {
      // At the paper's scale, the time is computed, not measured.
      #expect(preset.header.contains("(computed)") && preset.header.contains("not measured here"))
      #expect(preset.header.contains("\(preset.settings[.epochs]) epochs of "))
    }
  }

  @Test(arguments: names) func everyPresetStatesTheSettingsItUses(name: String) throws {
    let path = try folders(.presets).path(of: name)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let settings = try Preset(path: path).settings
    for knob in AnyKnob.all {
      let belongsElsewhere =
        switch knob.name {
        case "checkpoint.minutes", "checkpoint.keep", "data.dir", "data.skip_broken", "data.gray", "final_norm",
          "depth", "widen",
          "activation", "shortcut":
          true
        case "data.resize", "data.crop": settings[.data].rawValue != "imagenette"
        case "epochs": settings[.steps] > 0
        case "lr.drops": settings[.schedule].rawValue != "piecewise"
        case "lr.warmup": settings[.schedule].rawValue == "piecewise"
        case "lr.flat": settings[.schedule].rawValue != "trapezoid"
        case "norm.layers": !["dbn", "split"].contains(settings[.norm].rawValue)
        case "norm.affine": settings[.normAffine].rawValue == "default"
        case let other where other.hasPrefix("dbn."): settings[.norm].rawValue != "dbn"
        case let other where other.hasPrefix("data."): settings[.data].rawValue != "mirage"
        default: false
        }
      #expect(text.contains("\n\(knob.name): ") == !belongsElsewhere, "\(knob.name)")
    }
  }

  @Test func theDefaultPresetEqualsTheInitialSettings() throws {
    #expect(try PresetLibrary(try folders(.presets)).load("false-robustness").settings == Settings())
  }

  @Test func presetsDifferFromTheDefaultAsMeasured() throws {
    let library = PresetLibrary(try folders(.presets))
    func changed(_ name: String) throws -> [String: String] {
      let settings = try library.load(name).settings
      let different = settings.differences(from: Settings())
      return Dictionary(uniqueKeysWithValues: different.map { ($0.name, settings.formatted($0)) })
    }
    #expect(try changed("kl-cure") == ["beta": "0.4"])
    #expect(try changed("adversarial-training") == ["objective": "at", "gamma": "0"])
    #expect(try changed("trades") == ["objective": "trades", "gamma": "0", "beta": "6"])
    #expect(try changed("mart") == ["objective": "mart", "gamma": "0", "beta": "5", "attack.start": "noise"])
    #expect(
      try changed("fashion-catastrophic-overfitting") == [
        "data": "fashion-mnist", "attack": "fgsm", "eps": "0.3", "attack.step": "0.3", "attack.steps": "1",
        "attack.start": "clean", "schedule": "trapezoid", "lr.warmup": "\(20.0 / 300)", "steps": "300",
      ])
    #expect(
      try changed("fashion-mnist-mat-kl") == [
        "data": "fashion-mnist", "beta": "1", "eps": "0.35", "attack.step": "0.175", "attack.steps": "5",
        "schedule": "trapezoid", "lr.warmup": "0.01", "steps": "2000", "batch": "32", "model": "preact-mini",
        "validation.every": "100",
      ])
    #expect(try changed("tour-kl-cure") == [:])
    #expect(try changed("tour-dbn") == ["beta": "0.4"])
    #expect(try changed("tour-gamma") == ["gamma": "0.1", "steps": "700"])
    #expect(try changed("tour-seq") == [:])
    #expect(try changed("tour-weak-pgd") == ["objective": "at", "gamma": "0", "attack.steps": "3"])
    // The paper's runs only differ in objective, norm, and the data set with its own settings.
    let cifar10 = [
      "lr": "0.05", "nesterov": "off", "schedule": "piecewise", "augment": "code", "data": "cifar10",
      "validation.limit": "5000", "validation.every": "0", "test.limit": "10000", "model": "preact-resnet18",
      "width": "64", "steps": "0", "sentinel.alarm": "0.2",
    ]
    var imagenette = cifar10
    imagenette["lr"] = nil
    imagenette.merge([
      "data": "imagenette", "validation.limit": "1000", "test.limit": "3925", "model": "resnet34", "batch": "64",
      "augment": "resized-crop", "data.resize": "224", "data.crop": "224",
    ]) { $1 }
    let methods: [String: [String: String]] = [
      "standard": ["objective": "standard", "gamma": "1"],
      "at": ["objective": "at", "gamma": "0"],
      "trades": ["objective": "trades", "gamma": "0", "beta": "6"],
      "mat": [:],
      "mat-kl": ["beta": "1"],
      "mat-dbn": ["norm": "dbn"],
      "mat-dbn-kl": ["norm": "dbn", "beta": "1"],
    ]
    for (method, own) in methods {
      #expect(try changed("cifar10-\(method)") == cifar10.merging(own) { $1 })
      #expect(try changed("imagenette-\(method)") == imagenette.merging(own) { $1 })
    }
  }
}

@Suite struct ShippedThemeTests {
  private static let names = [
    "colourblind", "ember", "midnight", "moss", "paper", "projector", "slate", "snow", "terminal",
  ]

  @Test func everyShippedThemeLoads() throws {
    let library = ThemeLibrary(try folders(.themes))
    #expect(library.list().map(\.name) == ShippedThemeTests.names)
    for entry in library.list() {
      let file = try library.load(entry.name)
      #expect(file.name == entry.name && file.summary == entry.summary && file.summary.count > 10)
      let text = try String(contentsOfFile: entry.path, encoding: .utf8)
      #expect(text.contains("COLOR on COLOR") && text.contains("#RRGGBB") && text.contains("dashed"))
    }
  }

  @Test(arguments: names) func everythingCanBeSeenInEveryTheme(name: String) throws {
    let file = try ThemeLibrary(try folders(.themes)).load(name)
    #expect(file.warnings == [])
    // Three regions, each role on each of them, and every pair of lines in four kinds of vision.
    let isJudged = !file.theme.findings.isEmpty
    #expect(isJudged == (name != "terminal") && (file.theme.background != .terminal) == isJudged)
    #expect(file.measurements.count >= (isJudged ? 5 : 1))
  }

  /// With 256 colors the lines have the very colors that were judged.
  @Test(arguments: names.filter { $0 != "terminal" && $0 != "colourblind" })
  func chartLinesAreColorsThat256ColorTerminalsHave(name: String) throws {
    let theme = try ThemeLibrary(try folders(.themes)).load(name).theme
    let levels: Set<UInt8> = [0, 95, 135, 175, 215, 255], grays = Set((0..<24).map { UInt8(8 + 10 * $0) })
    for role in Theme.series {
      guard case .rgb(let r, let g, let b) = theme[role].foreground else { continue }
      let isGray = r == g && g == b && grays.contains(r)
      #expect(isGray || levels.isSuperset(of: [r, g, b]), "\(role.rawValue)")
    }
  }

  @Test func theColorblindThemeNeedsNoDashes() throws {
    let file = try ThemeLibrary(try folders(.themes)).load("colourblind")
    #expect(file.theme.dashed.isEmpty)
  }

  @Test func theTerminalThemeOnlyUsesTheTerminalsColors() throws {
    let file = try ThemeLibrary(try folders(.themes)).load("terminal")
    for role in Theme.Role.allCases {
      for color in [file.theme[role].foreground, file.theme[role].background] {
        switch color {
        case .terminal: break
        case .palette(let number): #expect(number < 16)
        case .rgb: Issue.record("\(role.rawValue) has an RGB color")
        }
      }
    }
  }
}
