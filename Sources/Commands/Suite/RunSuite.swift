import ArgumentParser
import Foundation
import Presets
import Spelling
import Suites
import Tensors

extension SuiteWeights: ExpressibleByArgument {}

/// The format of a suite's table.
enum SuiteFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json, csv

  /// The ending of its file.
  var ending: String {
    switch self {
    case .text: "txt"
    case .markdown: "md"
    case .json: "json"
    case .csv: "csv"
    }
  }

  /// A result in this format.
  func text(_ result: SuiteResult, columns: Int? = nil) throws -> String {
    switch self {
    case .text: SuiteTable.text(result, columns: columns)
    case .markdown: SuiteTable.markdown(result)
    case .json: try SuiteTable.json(result)
    case .csv: SuiteTable.csv(result)
    }
  }
}

/// `dualab suite run`: trains and measures what is still missing, then prints the table.
struct RunSuite: AsyncParsableCommand, SetsValues, LimitsImages {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train and attack every row of a suite, then print its table.",
    usage: "dualab suite run <suite> [<options>]",
    discussion: """
      Results are kept in --out. If the command is interrupted, rerun it to resume. Suites that write to the same folder \
      share runs with equal settings.

      The table files in --out also keep the rows and seeds of earlier runs with the same --set, --limit and --weights. \
      Only the requested rows are printed. The data and settings of all rows are checked before any row is trained.

      \(CommandFailure.statusHelp) After a signal, the table so far is printed.
      """)

  static let setHelp = "Override a setting in every row, e.g. steps=100. Rejected if a row sets it. Shown in the table."
  static let usualLimit: Int? = nil
  static let usualLimitHelp = "the suite's"

  @Argument(help: "Name or file of the suite.")
  var suite: String

  @Option(help: "lite takes minutes on a laptop; full uses the paper's data and networks.")
  var scale: SuiteScale = .lite

  @OptionGroup var set: SetOption<Self>

  @Option(help: ArgumentHelp("Folder of the results.", valueName: "dir"))
  var out = "runs/suites"

  @Flag(help: "Only resume: fail if --out has no results.")
  var resume = false

  @Option(
    name: .customLong("row"), parsing: .singleValue,
    help: ArgumentHelp("Train and print only this row. Repeatable.", valueName: "label"))
  var labels: [String] = []

  @Option(help: ArgumentHelp("Comma-separated seeds, e.g. 0,1,2 (default: the suite's).", valueName: "list"))
  var seeds: String?

  @OptionGroup var limit: LimitOption<Self>

  @Option(
    help: "Weights to measure. best is the paper's rule: highest sum of clean and adversarial validation accuracy.")
  var weights: SuiteWeights = .last

  @Option(
    help: ArgumentHelp(
      "Number of runs in parallel. They share the cores, or use --threads threads each. Does not affect results.",
      valueName: "n"))
  var jobs = 1

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var sharing: SharingOptions

  @Option(help: "Format to print; all formats are written to --out, with CSV files of points and curves.")
  var format: SuiteFormat = .text

  @Flag(help: "Print only errors to stderr.")
  var quiet = false

  @OptionGroup var folders: FolderOptions

  func run() async throws {
    try CommandFailure.check("--jobs", jobs, in: ThreadsOption.range)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let threads = try threads.count(usually: max(1, cores / jobs))
    let sharing = try sharing.settings
    let (plan, store) = try prepared()
    let screen = SuiteScreen(plan, output: .standard, isQuiet: quiet)
    let runner = SuiteRunner(plan, store: store, jobs: jobs, threads: threads, sharing: sharing)
    let signals = SignalWatch { runner.stop() }
    screen.begin(store)
    let failures = await runner.run { screen.show($0) }
    screen.clear()
    try conclude(plan, store, isShared: sharing != nil)
    if runner.isStopped, let signal = signals.signal {
      try Output.standard.error("interrupted; finished results are in \(out): rerun the same command to resume\n")
      throw CommandFailure.signal(signal)
    }
    if sharing != nil, !quiet, failures.isEmpty, !plan.isComplete(in: store) {
      try Output.standard.error("other workers have the runs that are left; the last worker writes the table files\n")
    }
    // The screen has already reported each failure.
    if let first = failures.first {
      throw CommandFailure.failed("\(failures.count) of \(plan.runs.count) runs failed; the first: \(first)")
    }
  }

  /// The plan, checked, and its folder.
  private func prepared() throws -> (SuitePlan, SuiteStore) {
    let plan = try SuitePlan(
      folders.library(of: Suite.self).load(suite), scale: scale, presets: folders.library(of: Preset.self),
      assignments: set.assignments, seeds: seedList(), limit: limit.count, labels: labels, weights: weights)
    if resume, !FileManager.default.fileExists(atPath: out + "/runs") {
      throw CommandFailure.usage("--resume: \(out) has no results to resume; remove --resume")
    }
    let folder = URL(fileURLWithPath: out)
    do {
      try plan.check(SuiteStore(reading: folder))
      return (plan, try SuiteStore(folder, shared: sharing.shared))
    } catch let error as FileError {
      throw CommandFailure.failed("--out \(error)")
    } catch let refusal as SuiteRefusal {
      throw refusal.comesFromOverrides ? CommandFailure.usage("\(refusal)") : CommandFailure.failed("\(refusal)")
    }
  }

  private func seedList() throws -> [Int]? {
    guard let seeds else { return nil }
    let list = seeds.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = list.compactMap(\.self)
    guard numbers.count == list.count, Set(numbers).count == numbers.count, numbers.allSatisfy({ $0 >= 0 }) else {
      throw CommandFailure.usage("--seeds \(seeds): use different whole numbers separated by commas, for example 0,1,2")
    }
    return numbers
  }

  /// Writes the table files, which have all results of the suite, and prints the table of the requested rows. A worker
  /// that leaves while others are at work writes no files: it could overwrite theirs with fewer results.
  private func conclude(_ plan: SuitePlan, _ store: SuiteStore, isShared: Bool) throws {
    let result = SuiteResult(plan, store: store)
    if !isShared || plan.isComplete(in: store) { try writeTables(plan, store) }
    let text = try format.text(result, columns: Output.standard.tableColumns())
    try Output.standard.result(format == .json ? printableJSON(text) : text)
  }

  private func writeTables(_ plan: SuitePlan, _ store: SuiteStore) throws {
    let whole = SuiteResult(try plan.whole(in: store), store: store)
    let files =
      try SuiteFormat.allCases.map { (".\($0.ending)", try $0.text(whole)) }
      + SuitePictures.documents(whole).map { ("-\($0.name).csv", $0.text) }
    for (ending, text) in files {
      let file = store.folder.appendingPathComponent("\(whole.suite)-\(whole.scale.rawValue)\(ending)")
      try AtomicFile.write(Data((ending == ".json" ? printableJSON(text) : printable(text)).utf8), to: file)
    }
  }
}
