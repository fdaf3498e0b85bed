import Events
import Foundation
import Panes
import Runs

/// Reads the runs of a folder now and then, on a thread of its own, for panes that list them.
struct RunsFeed: Sendable {
  /// The folder, and what a person calls it.
  let folder: URL, name: String

  /// Seconds between two looks.
  static let interval = 5
  /// A run that is still training is read again only at one in six looks, since its record grows.
  static let looksPerReading = 6

  /// Next to a run's folder; `runs` for one that has none.
  init(nextTo run: URL?) {
    let parent = run?.standardizedFileURL.deletingLastPathComponent()
    folder = parent ?? URL(fileURLWithPath: "runs")
    name = parent?.relativeToHere ?? "runs"
  }

  /// A run that has not been written to since it was read is not read again.
  private struct Known {
    let stamp: [Date], entry: RunEntry?
    /// Looks since it was read.
    var looks = 0

    /// True when it is to be read again, having been written at `time`.
    mutating func isOld(_ time: [Date]) -> Bool {
      looks += 1
      // Whether a process is still at it cannot be seen from its record.
      return entry?.state == "running" ? looks >= RunsFeed.looksPerReading : stamp != time
    }
  }

  /// What is there, again and again until the reader leaves.
  func news() -> AsyncStream<PaneNews> {
    AsyncStream { continuation in
      let task = Task.detached(priority: .background) {
        var known: [String: Known] = [:]
        while !Task.isCancelled {
          continuation.yield(.runs(look(&known)))
          try? await Task.sleep(for: .seconds(Self.interval))
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Looks once.
  func look() -> RunsNews {
    var known: [String: Known] = [:]
    return look(&known)
  }

  private func look(_ known: inout [String: Known]) -> RunsNews {
    let names = RunName.known(in: folder)
    known = known.filter { names.contains($0.key) }
    for name in names {
      let run = folder.appendingPathComponent(name), stamp = Self.stamp(of: run)
      guard known[name]?.isOld(stamp) ?? true else { continue }
      known[name] = Known(stamp: stamp, entry: try? entry(run))
    }
    let entries = known.values.compactMap(\.entry).sorted { ($0.began, $0.name) < ($1.began, $1.name) }
    return RunsNews(folder: name, runs: entries, unreadable: known.count - entries.count)
  }

  /// When its record was written last.
  private static func stamp(of run: URL) -> [Date] {
    ["", "-wal"].compactMap { suffix in
      let path = run.appendingPathComponent(RunStore.fileName).path + suffix
      return (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
    }
  }

  private func entry(_ run: URL) throws -> RunEntry {
    let store = try RunStore.open(run, writing: false)
    defer { store.close() }
    return RunEntry(try RunCard(store), path: "\(name)/\(run.lastPathComponent)")
  }
}

extension RunEntry {
  /// A run in one line.
  init(_ card: RunCard, path: String) {
    let began = card.sessions.first.map { String($0.began.prefix(16)).replacing("T", with: " ") }
    self.init(
      name: card.name, path: path, preset: card.preset, state: card.state.word, step: card.step,
      steps: card.totalSteps, began: began ?? "–")
    parent = card.parent.map { (URL(fileURLWithPath: $0.run).lastPathComponent, $0.step) }
    let probe = card.results.first { $0.weights == .last } ?? card.lastProbe
    clean = probe?.clean
    adversarial = probe?.adversarial
    attack = probe?.attack ?? ""
    split = probe.map { $0.split == .test ? "test" : "validation" } ?? ""
    // The last check and not the strongest one: an alarm of long ago says nothing about the present weights.
    strongest = card.lastCheck?.reading.accuracy
    tier = card.lastCheck?.reading.tier
    checkedStep = card.lastCheck?.reading.step
    checkedClean = card.lastCheck?.probe.clean
    gap = card.gap
  }
}

extension URL {
  /// The path from the current folder where it is inside of it.
  fileprivate var relativeToHere: String {
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL.path + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
