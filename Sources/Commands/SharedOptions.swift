import ArgumentParser
import Events
import Foundation
import Presets
import Recipe

/// `--set`, for a command that says what it sets.
package protocol SetsValues {
  /// The help of `--set`, without "Repeatable.".
  static var setHelp: String { get }
}

/// `--limit`, for a command that says how many images it uses without it.
package protocol LimitsImages {
  /// That number; nil when the command cannot know it before it runs.
  static var usualLimit: Int? { get }
  /// The same in words.
  static var usualLimitHelp: String { get }
}

extension LimitsImages {
  package static var usualLimitHelp: String { usualLimit.map { "\($0)" } ?? "all" }
}

/// The assignments of `--set`.
package struct SetOption<Command: SetsValues>: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("\(Command.setHelp) Repeatable.", valueName: "name=value"))
  var assignments: [String] = []

  package init() {}

  /// Names and values in the order given. Throws `SettingError` for one without `=`.
  var changes: [Assignment] { get throws { try assignments.map(Assignment.init) } }
}

/// The number of images.
package struct LimitOption<Command: LimitsImages>: ParsableArguments {
  @Option(
    help: ArgumentHelp("Use only the first N images (default: \(Command.usualLimitHelp)).", valueName: "n"))
  var limit: Int?

  package init() {}

  /// The number to use; nil for all, or when the command cannot know it yet. Throws `CommandFailure` of usage.
  var count: Int? {
    get throws {
      if let limit { try CommandFailure.check("--limit", limit, in: 1...Int.max) }
      return limit ?? Command.usualLimit
    }
  }
}

/// The number of threads.
package struct ThreadsOption: ParsableArguments {
  static let range = 1...1024

  @Option(
    help: ArgumentHelp(
      "Number of worker threads (default: one per core). Does not affect results.", valueName: "n"))
  var threads: Int?

  package init() {}

  /// The number to use. Throws `CommandFailure` of usage.
  var count: Int { get throws { try count(usually: ProcessInfo.processInfo.activeProcessorCount) } }

  /// The number to use where it would otherwise be another one than the number of cores.
  func count(usually usual: Int) throws -> Int {
    if let threads { try CommandFailure.check("--threads", threads, in: Self.range) }
    return threads ?? usual
  }
}

/// The folders that are searched first for presets, suites and themes.
package struct FolderOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder to search for presets first.", valueName: "dir"))
  var presetsDir: String?

  @Option(help: ArgumentHelp("Folder to search for suites first.", valueName: "dir"))
  var suitesDir: String?

  @Option(help: ArgumentHelp("Folder to search for themes first.", valueName: "dir"))
  var themesDir: String?

  package init() {}

  /// All items of one kind. Throws `ResourceError` when one of the folders given is missing, even of another kind.
  func library<Item: Resource>(of _: Item.Type) throws -> ResourceLibrary<Item> {
    let given: [(kind: ResourceFolders.Kind, folder: String?)] = [
      (.presets, presetsDir), (.suites, suitesDir), (.themes, themesDir),
    ]
    for (kind, folder) in given where folder != nil { _ = try ResourceFolders.standard(kind, override: folder) }
    return try ResourceLibrary(override: given.first { $0.kind == Item.kind }?.folder)
  }
}
