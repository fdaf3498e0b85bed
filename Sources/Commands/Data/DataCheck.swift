import ArgumentParser
import Datasets
import Foundation
import Recipe
import Spelling

/// What `data check` and `data convert` work on.
struct DataArguments: ParsableArguments, SetsValues {
  static let setHelp = "Set a data setting, e.g. data.crop=224."

  @Argument(help: ArgumentHelp("Name of a data set, or a folder or file of your own.", valueName: "name|path"))
  var data: String

  @OptionGroup var set: SetOption<Self>

  @Flag(help: "Leave broken image files out and count them.")
  var skipBroken = false

  /// The settings that name the data. Throws `SettingError`.
  var settings: Settings {
    get throws {
      var settings = Settings()
      if DataKind(rawValue: data) != nil {
        try settings.set(Knob.data.name, parsing: data)
      } else if let kind = DataKind(path: data) {
        try settings.set(Knob.data.name, parsing: kind.rawValue)
        try settings.set(.dataFolder, to: data)
      } else {
        let names = DataKind.allCases.map(\.rawValue)
        let hint =
          nearestName(to: data, in: names).map { "did you mean '\($0)'?" }
          ?? "use one of \(names.joined(separator: ", "))"
        throw CommandFailure.usage("'\(data)' is neither a data set nor a file or folder; \(hint)")
      }
      for change in try set.changes {
        guard change.name == "data" || change.name.hasPrefix("data.") else {
          throw CommandFailure.usage("--set \(change.name): only data settings can be changed, e.g. data.dir=DIR")
        }
        try settings.set(change.name, parsing: change.value)
      }
      if skipBroken { try settings.set(.dataSkipsBroken, to: true) }
      return settings
    }
  }

  /// The same for what does not depend on the images' size: a folder of images of many sizes needs none then. False
  /// where they were not given one. Throws `SettingError`.
  var sized: (settings: Settings, isOfOneSize: Bool) {
    get throws {
      var settings = try settings
      guard settings[.data].source.isDecoded, settings[.dataCrop] == 0, settings[.dataResize] == 0 else {
        return (settings, true)
      }
      // A side that every image can be brought to, however thin.
      try settings.set(.dataCrop, to: 1)
      return (settings, false)
    }
  }

  /// The data. Throws `CommandFailure`.
  func load(_ settings: Settings) throws -> DataSplits {
    do { return try loadData(settings) } catch let error as SettingError {
      throw CommandFailure.usage("\(error)")
    } catch {
      for line in (error as? DataError)?.details ?? [] { try Output.standard.error("\(line)\n") }
      throw CommandFailure.failed("\(error)")
    }
  }
}

/// `dualab data check`: reads everything.
struct DataCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read all of a data set; report its classes, sizes and checksums, or what is wrong with it.",
    usage: "dualab data check <name|path> [<options>]")

  @OptionGroup var arguments: DataArguments

  func run() throws {
    let (settings, isOfOneSize) = try arguments.sized
    let data = try arguments.load(settings)
    let title =
      isOfOneSize
      ? data.description
      : "\(data.name), \(data.train.images.count) train, \(data.test.images.count) test; sizes as in the files"
    var lines =
      [title] + data.notes.filter { isOfOneSize || !$0.contains(", shorter side resized to") }.map { "note: \($0)" }
    lines += ["", "class  train  test"]
    let train = counts(data.train.images), test = counts(data.test.images)
    for label in 0..<data.train.images.classes {
      let name = data.classNames.indices.contains(label) ? "  \(data.classNames[label])" : ""
      lines.append("\(pad(label, 5))  \(pad(train[label], 5))  \(pad(test[label], 4))\(name)")
    }
    lines.append("\(pad(nil, 5))  \(pad(data.train.images.count, 5))  \(pad(data.test.images.count, 4))  images")
    if let place = settings[.data].source.place(settings.data, .standard) {
      do { lines += ["", "SHA-256"] + (try FileDigests.lines(place)) } catch { throw CommandFailure.failed("\(error)") }
    }
    try Output.standard.result(lines.joined(separator: "\n") + "\n")
  }

  private func counts(_ set: ImageSet) -> [Int] {
    var counts = [Int](repeating: 0, count: set.classes)
    for label in set.labels { counts[label] += 1 }
    return counts
  }

  private func pad(_ number: Int?, _ width: Int) -> String {
    let text = number.map(String.init) ?? ""
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
