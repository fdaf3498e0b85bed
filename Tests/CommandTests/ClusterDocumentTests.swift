import Evaluation
import Foundation
import TestSupport
import Testing

/// The scripts of docs/cluster.md, run as they stand but for the number of images and steps.
@Suite("docs/cluster.md", .serialized, .timeLimit(.minutes(5))) struct ClusterDocumentTests {
  /// The indented blocks below a heading, without the indentation.
  private static func blocks(_ heading: String) throws -> [String] {
    let page = try String(contentsOf: Repository.root.appendingPathComponent("docs/cluster.md"), encoding: .utf8)
    let part = try #require(page.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") })
    var blocks: [String] = [], isOpen = false
    for line in part.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("    ") else {
        isOpen = isOpen && line.isEmpty
        continue
      }
      if !isOpen { blocks.append("") }
      isOpen = true
      blocks[blocks.count - 1] += line.dropFirst(4) + "\n"
    }
    return blocks
  }

  private let place: ClusterPlace

  init() async throws { place = try await ClusterPlace() }

  /// The merged file of a script must be that of a single run.
  private func checkMerged() async throws {
    let whole = try await place.run(
      "dualab attack --checkpoint model.safetensors --limit 1000 --quiet --json whole.json")
    #expect(whole.status == 0, "\(whole.error)")
    #expect(try place.timeless("all.json") == place.timeless("whole.json"))
  }

  @Test("one evaluation in parts") func parts() async throws {
    let run = try await place.run(Self.blocks("One evaluation in parts")[0])
    #expect(run.status == 0, "\(run.error)")
    try await checkMerged()
  }

  @Test("GNU parallel", .enabled(if: Tool.exists("parallel"))) func parallel() async throws {
    let run = try await place.run(Self.blocks("GNU parallel")[0])
    #expect(run.status == 0, "\(run.error)")
    try await checkMerged()
    try await runSuite("parallel")
  }

  @Test("ssh", .enabled(if: Tool.exists("sshd"))) func ssh() async throws {
    let server = try await SSHServer(place)
    defer { server.end() }
    let run = try await place.run(Self.blocks("ssh")[0])
    #expect(run.status == 0, "\(run.error)")
    try await checkMerged()
    try await runSuite("ssh")
  }

  @Test("Slurm", .enabled(if: ["slurmctld", "slurmd", "sbatch", "munged"].allSatisfy(Tool.exists)))
  func slurm() async throws {
    let cluster = try await SlurmCluster(place)
    defer { cluster.end() }
    let blocks = try Self.blocks("Slurm")
    try place.write(blocks[0], to: "attack.sh")
    let run = try await place.run(blocks[1])
    #expect(run.status == 0, "\(run.error) \(place.text("slurmctld.log"))")
    try await checkMerged()
    try await runSuite("slurm")
  }

  /// The line of the section on suites that uses this tool.
  private func runSuite(_ tool: String) async throws {
    let lines = try Self.blocks("Suites")[1].split(separator: "\n")
    let line = try #require(lines.first { $0.contains("suite-\(tool)") })
    let run = try await place.run(String(line))
    #expect(run.status == 0, "\(run.error)")
    let out = "suite-\(tool)"
    #expect(place.text("\(out)/table1-lite.csv").split(separator: "\n").count == 3, "\(run.error)")
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path("\(out)/claims"))
    #expect(names == [])
  }
}
