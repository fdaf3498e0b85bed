import ArgumentParser
import Attacks
import Evaluation
import Foundation
import Readout
import Tensors

/// `dualab merge`: the results of shards as the result of the whole evaluation.
package struct MergeCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Merge the results of 'attack --shard' into the result of all images.",
    usage: "dualab merge <file> ... [--json <file>]",
    discussion: """
      The files must be of one evaluation and together have every image once. The result is that of a single run, to the \
      byte except for seconds. docs/cluster.md has examples.

      Exit status: 0 success, 1 failure, 2 usage error.
      """)

  @Argument(help: ArgumentHelp("JSON files that 'attack --shard I/N --json' wrote.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp("Write the merged result to a file; - prints only that, to stdout.", valueName: "file"))
  var json: String?

  package init() {}

  package func run() throws {
    if let json, json != "-" {
      try OutputFile("--json", json).check(inputs: files.map { ($0, $0) })
    }
    let merge: ShardMerge
    do {
      merge = try ShardMerge(files.map { ($0, try AttackResult(contentsOf: $0)) })
    } catch let error as EvaluationError {
      throw CommandFailure.failed("\(error)")
    }
    let data = try merge.result.encoded()
    if json == "-" { return try Output.standard.result(String(decoding: data, as: UTF8.self)) }
    if let json {
      do { try AtomicFile.write(data, to: URL(fileURLWithPath: json)) } catch {
        throw CommandFailure.failed("--json \(error)")
      }
    }
    let lines = AttackTable.lines(
      merge.report, merge.card, merge.imported, columns: Output.standard.tableColumns())
    try Output.standard.result(lines.joined(separator: "\n") + "\n")
  }
}
