import ArgumentParser
import Datasets

/// `dualab data`: the data sets.
struct DataCommand: ListingCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "List, check, download and convert data sets.",
    subcommands: [ListItems<Self>.self, DataCheck.self, DataFetch.self, DataConvert.self],
    defaultSubcommand: ListItems<Self>.self)

  static let listHelp = "List all data sets, whether they are installed, and how to get those that are missing."

  static func rows(_: NoOptions) -> [[String]] {
    dataSources.map { [$0.name, availability(of: $0), size(of: $0.name), $0.summary] }
  }

  /// What a download of it takes, where that is known.
  private static func size(of name: String) -> String {
    guard let files = downloads.first(where: { $0.name == name })?.files else { return "-" }
    let sizes = files.compactMap(\.size)
    return sizes.count == files.count ? "\(sizes.reduce(0, +) >> 20) MiB" : "?"
  }

  /// `found` and where, or what to do about the missing files.
  static func availability(of source: any DataSource.Type) -> String {
    if source.absence(.standard) == nil { return source.usualPlace(.standard).map { "found: \($0)" } ?? "built in" }
    if source.classNames.isEmpty { return "yours: set data.dir" }
    let isDownloaded = downloads.contains { $0.name == source.name }
    return "missing: " + (isDownloaded ? "dualab data fetch \(source.name)" : "apt-get install dataset-\(source.name)")
  }
}
