import Foundation
import Panes
import Runs
import TestSupport
import Testing

@testable import Commands

/// What the panes hear of the runs in a folder.
@Suite(.timeLimit(.minutes(3))) struct RunsFeedTests {
  @Test func aRunIsOneEntryWithWhatItsLastCheckLeft() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let checks = ["sentinel.every=2", "sentinel.images=16", "sentinel.budget=1"].flatMap { ["--set", $0] }
    _ = try await SmallRun.checkpoint(in: folder, steps: 6, checks)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
    let broken = folder.appendingPathComponent("broken")
    try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
    try Data("no database".utf8).write(to: broken.appendingPathComponent(RunStore.fileName))

    let news = RunsFeed(nextTo: folder.appendingPathComponent("run")).look()
    #expect(news.unreadable == 1)
    let entry = try #require(news.runs.first)
    #expect(news.runs.count == 1 && entry.name == "run" && entry.state == "finished" && entry.step == 6)
    let card = try RunCard(try RunStore.open(folder.appendingPathComponent("run"), writing: false))
    let (probe, reading) = try #require(card.lastCheck)
    #expect(reading.step == card.lastProbe?.step && entry.strongest == reading.accuracy)
    // Both coordinates of Trade-off are of the same weights and images.
    #expect(entry.checkedClean == probe.clean && entry.checkedStep == reading.step && entry.split == "test")
    #expect(entry.clean == card.results.first { $0.weights == .last }?.clean && entry.clean != nil)
  }

  @Test func aFolderWithoutRunsIsEmpty() throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let news = RunsFeed(nextTo: folder.appendingPathComponent("run")).look()
    #expect(news.runs.isEmpty && news.unreadable == 0)
    #expect(RunsFeed(nextTo: nil).name == "runs")
  }
}
