import ArgumentParser
import Foundation
import Presets
import Suites
import Tensors

extension SuiteWeights: ExpressibleByArgument {}

/// How a suite's table is printed.
enum SuiteFormat: String, ExpressibleByArgument, CaseIterable {
  case text, markdown, json, csv

  /// Of its file.
  var ending: String {
    switch self {
    case .text: "txt"
    case .markdown: "md"
    case .json: "json"
    case .csv: "csv"
    }
  }

  /// A result in this form.
  func text(_ result: SuiteResult) throws -> String {
    switch self {
    case .text: SuiteTable.text(result)
    case .markdown: SuiteTable.markdown(result)
    case .json: try SuiteTable.json(result)
    case .csv: SuiteTable.csv(result)
    }
  }
}

/// `dualab suite run`: trains and measures what is not there yet, ends with the table.
struct RunSuite: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train and attack every row of a suite, then print its table.",
    discussion: """
      What is finished stays in --out: the same command again continues after an interruption, and runs with equal \
      settings are shared by all suites that write there. The table's files in --out hold every row and seed of the suite \
      that has results there with the same --set, --limit and --weights; printed is what was asked for. Data and settings of all rows \
      are checked before anything is trained. Ends with 0 when done, 1 when a row failed or data are missing, 2 for wrong \
      usage; 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP, with the table so far.
      """)

  @Argument(help: "A suite's name or file.")
  var suite: String

  @Option(help: "lite (minutes on a laptop) or full (the paper's data and networks).")
  var scale: SuiteScale = .lite

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "A setting for all rows, such as steps=100, that no row sets itself; the table states it. May be given many times.",
      valueName: "name=value"))
  var assignments: [String] = []

  @Option(help: ArgumentHelp("Folder of the results (default: runs/suites).", valueName: "dir"))
  var out = "runs/suites"

  @Flag(help: "Only continue: --out must hold results already.")
  var resume = false

  @Option(
    name: .customLong("row"), parsing: .singleValue,
    help: ArgumentHelp("Only this row; may be given many times.", valueName: "label"))
  var labels: [String] = []

  @Option(help: ArgumentHelp("Other seeds than the suite's, such as 0,1,2.", valueName: "list"))
  var seeds: String?

  @Option(help: "Attack so many test images, the first ones (default: the suite's).")
  var limit: Int?

  @Option(help: "last, or best: the highest sum of clean and adversarial validation accuracy, the paper's rule.")
  var weights: SuiteWeights = .last

  @Option(help: "So many runs at once; results do not depend on it.")
  var jobs = 1

  @Option(help: "Worker threads of each run; results do not depend on it (default: the cores shared out to the jobs).")
  var threads: Int?

  @Option(help: "text, markdown, json or csv; all four are written to --out, points and curves as CSV beside them.")
  var format: SuiteFormat = .text

  @Flag(help: "Nothing on stderr but errors.")
  var quiet = false

  @OptionGroup var folders: FolderOptions

  func run() async throws {
    let (plan, store) = try prepared()
    let screen = SuiteScreen(plan, output: .standard, isQuiet: quiet)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let runner = SuiteRunner(plan, store: store, jobs: jobs, threads: threads ?? max(1, cores / jobs))
    let signals = SignalWatch { runner.stop() }
    screen.begin(store)
    let failures = await runner.run { screen.show($0) }
    screen.clear()
    try conclude(plan, store)
    if runner.isStopped, let signal = signals.signal {
      try Output.standard.error("interrupted; what is finished is in \(out): the same command continues\n")
      throw CommandFailure.signal(signal)
    }
    // The screen has told each of them.
    if let first = failures.first {
      throw CommandFailure.failed("\(failures.count) of \(plan.runs.count) runs failed; the first: \(first)")
    }
  }

  /// The plan, checked, and its folder. Throws `CommandFailure`.
  private func prepared() throws -> (SuitePlan, SuiteStore) {
    guard (1...1024).contains(jobs), (1...1024).contains(threads ?? 1) else {
      throw CommandFailure.usage("--jobs \(jobs), --threads \(threads ?? 1): give whole numbers in 1 … 1024")
    }
    if let limit, limit < 1 { throw CommandFailure.usage("--limit \(limit): give 1 or more") }
    let access = try folders.access, shown = try access.suite(suite), presets = try access.presetLibrary()
    let plan: SuitePlan
    do {
      plan = try SuitePlan(
        shown, scale: scale, presets: presets, assignments: assignments, seeds: try seedList(), limit: limit,
        labels: labels, weights: weights)
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure.usage("\(error)")
    }
    if resume, !FileManager.default.fileExists(atPath: out + "/runs") {
      throw CommandFailure.failed("--resume: \(out) holds no results; leave it out to begin")
    }
    let folder = URL(fileURLWithPath: out)
    do {
      try plan.check(SuiteStore(reading: folder))
      return (plan, try SuiteStore(folder))
    } catch let error as FileError {
      throw CommandFailure.failed("--out \(error)")
    } catch let refusal as SuiteRefusal {
      throw refusal.isByHand ? CommandFailure.usage("\(refusal)") : CommandFailure.failed("\(refusal)")
    }
  }

  private func seedList() throws -> [Int]? {
    guard let seeds else { return nil }
    let list = seeds.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = list.compactMap(\.self)
    guard numbers.count == list.count, Set(numbers).count == numbers.count, numbers.allSatisfy({ $0 >= 0 }) else {
      throw CommandFailure.usage("--seeds \(seeds): give different whole numbers with commas between, such as 0,1,2")
    }
    return numbers
  }

  /// Writes the four forms of the table, with all that is there of the suite, and what belongs to them; prints one form, of
  /// what was asked for.
  private func conclude(_ plan: SuitePlan, _ store: SuiteStore) throws {
    do {
      let whole = SuiteResult(try plan.whole(in: store), store: store)
      let files =
        try SuiteFormat.allCases.map { (".\($0.ending)", try $0.text(whole)) }
        + SuitePictures.documents(whole).map { ("-\($0.name).csv", $0.text) }
      for (ending, text) in files {
        let file = store.folder.appendingPathComponent("\(whole.suite)-\(whole.scale.rawValue)\(ending)")
        try AtomicFile.write(Data(text.utf8), to: file)
      }
      try Output.standard.result(try format.text(SuiteResult(plan, store: store)))
    } catch let error as FileError {
      throw CommandFailure.failed("\(error)")
    }
  }
}
