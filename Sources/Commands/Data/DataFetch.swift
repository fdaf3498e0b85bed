import ArgumentParser
import Datasets
import Downloads
import Foundation
import Synchronization

/// `dualab data fetch`: downloads a data set.
struct DataFetch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download a data set from its publisher.", usage: "dualab data fetch <name>",
    discussion: """
      Names: \(downloads.map(\.name).joined(separator: ", ")). The files go to $DUALAB_DATA, otherwise to \
      ~/.local/share/dualab. An interrupted download continues where it ended. A file is kept only if its SHA-256 is the \
      known one.

      \(CommandFailure.statusHelp)
      """)

  @Argument(help: ArgumentHelp("Name of the data set.", valueName: "name"))
  var name: String

  func run() throws {
    guard let download = downloads.first(where: { $0.name == name }) else { throw Self.unknown(name) }
    guard let root = DataFolders.standard.writable else {
      throw CommandFailure.failed("data fetch: there is no home folder; set DUALAB_DATA to the folder for data sets")
    }
    let folder = download.subfolder.map { "\(root)/\($0)" } ?? root
    let stop = Mutex(false), signals = SignalWatch { stop.withLock { $0 = true } }
    var line = ProgressLine(.standard)
    do {
      let place = try Installer(Fetcher(agent: "dualab/\(DualabCommand.configuration.version)"))
        .install(download.files, into: folder) { file, stage in
          if stop.withLock({ $0 }) { throw Stopped() }
          line.show(Self.words(file, stage))
        }
      line.clear()
      try Output.standard.result("\(name): \(place)\n")
    } catch is Stopped {
      line.clear()
      try Output.standard.error("interrupted; the same command continues\n")
      throw CommandFailure.signal(signals.signal ?? 2)
    } catch {
      line.clear()
      throw CommandFailure.failed("\(error)")
    }
  }

  private struct Stopped: Error {}

  private static func unknown(_ name: String) -> CommandFailure {
    if let source = dataSources.first(where: { $0.name == name }) {
      let absence = source.absence(.standard) ?? "\(name): is there already or built in"
      return .usage("data fetch: \(name) is not downloaded; \(absence)")
    }
    return .usage("data fetch: unknown data set '\(name)'; use one of \(downloads.map(\.name).joined(separator: ", "))")
  }

  static func words(_ file: PublishedFile, _ stage: Installer.Stage) -> String {
    switch stage {
    case .downloading(let done, let total?) where total > 0:
      "\(file.name)  \(done * 100 / total) %  \(done >> 20) of \(total >> 20) MiB"
    case .downloading(let done, _): "\(file.name)  \(done >> 20) MiB"
    case .unpacking(let done): "\(file.name)  unpacking, \(done >> 20) MiB"
    }
  }
}

/// One line of stderr that is redrawn, where that is a terminal.
struct ProgressLine {
  private let output: Output
  private var shown = ""

  init(_ output: Output) { self.output = output }

  mutating func show(_ text: String) {
    guard output.canRedraw, text != shown else { return }
    shown = text
    try? output.error("\r" + String(text.prefix(max(1, output.columns() - 1))) + "\u{1b}[K")
  }

  mutating func clear() {
    if !shown.isEmpty { try? output.error("\r\u{1b}[K") }
    shown = ""
  }
}
