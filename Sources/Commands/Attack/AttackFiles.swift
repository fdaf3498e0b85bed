import Evaluation
import Foundation
import Tensors

/// The files that an evaluation writes: hours of work are in them, so a full disk must not lose them.
///
/// Whether there is room is checked at the start. Later the verdicts stay in memory until they are written: what fails
/// is said once and tried again, and after a signal the verdicts go to another folder, or as a last resort to stdout.
struct AttackFiles {
  private let json: String?
  private let output: Output
  private let isStopped: () -> Bool
  private var isInTrouble = false

  /// Milliseconds between two tries.
  private static let retryTime = 2000

  /// `json` is the file for the verdicts, if one was asked for. `isStopped` says whether a signal came.
  init(json: String?, output: Output, isStopped: @escaping () -> Bool) {
    (self.json, self.output, self.isStopped) = (json == "-" ? nil : json, output, isStopped)
  }

  // MARK: before and during the attacks

  /// Checks that the disk has room for the verdicts on `images` images. Throws `CommandFailure`.
  func check(images: Int, attacks: Int) throws {
    guard let json else { return }
    // A verdict of one attack takes at most this many characters, and the rest of a file has less than 64 KiB.
    let size = images * attacks * 160 + 65_536
    do { try AtomicFile.checkRoom(size, for: URL(fileURLWithPath: json)) } catch {
      throw CommandFailure.failed(
        "--json \(json): the disk has no room for the result, about \(AvailableMemory.text(size)); free some, or use "
          + "another disk")
    }
  }

  /// Keeps the verdicts of a long evaluation, even if the machine fails. Says once that it can't.
  mutating func keep(_ data: Data) {
    guard let json else { return }
    do {
      try AtomicFile.write(data, to: URL(fileURLWithPath: json))
      if isInTrouble { try? output.error("the verdicts so far are written again, to \(json)\n") }
      isInTrouble = false
    } catch {
      if !isInTrouble {
        try? output.error("\(error); the verdicts so far stay in memory, and it is tried again every minute\n")
      }
      isInTrouble = true
    }
  }

  // MARK: at the end

  /// Calls `write` until it succeeds, which a signal ends. Returns what failed last; nil for success.
  func insist(on what: String, _ write: () throws -> Void) -> String? {
    var isSaid = false
    while true {
      do {
        try write()
        if isSaid { try? output.error("\(what): written\n") }
        return nil
      } catch {
        if isStopped() { return "\(error)" }
        if !isSaid {
          try? output.error(
            "waiting: \(error); nothing is lost, and it is tried again every few seconds; after a signal it is written to "
              + "another folder\n")
        }
        isSaid = true
      }
      for _ in 0..<(Self.retryTime / 50) where !isStopped() { usleep(50_000) }
    }
  }

  /// Writes to a new file in the current folder, or in the one for temporary files. Returns its path; nil where neither
  /// takes it.
  static func rescue(ending: String, _ write: (String) throws -> Void) -> String? {
    for folder in ["", NSTemporaryDirectory()] {
      guard let path = claimName(folder + "dualab-attack", ending) else { continue }
      do {
        try write(path)
        return path
      } catch { unlink(path) }
    }
    return nil
  }

  /// A name that no file has, with `-2`, `-3`, … if needed. It is taken by an empty file, so that another evaluation
  /// that is interrupted at the same time takes another one; nil when none can be made.
  static func claimName(_ base: String, _ ending: String) -> String? {
    for number in 1...10_000 {
      let path = base + (number == 1 ? "" : "-\(number)") + ending
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        close(descriptor)
        return path
      }
      guard errno == EEXIST else { return nil }
    }
    return nil
  }

  // MARK: what is there already

  /// Refuses to overwrite the verdicts of an interrupted evaluation, unless it is the one to resume, or those of
  /// another shard than `shard`. Throws `CommandFailure`.
  static func checkOverwriting(_ json: String?, _ shard: Shard?, resume: String?) throws {
    guard let json, json != "-", let there = try? AttackResult(contentsOf: json) else { return }
    if let resume, isSameFile(resume, json) { return }
    if let other = there.shard, let shard, other != shard {
      throw CommandFailure.usage("--json \(json): has the verdicts of shard \(other); give each shard its own file")
    }
    if there.isComplete { return }
    throw CommandFailure.usage(
      "--json \(json): has the verdicts of an interrupted evaluation; add --resume \(json) to continue it, or use "
        + "another file")
  }

  /// The interrupted evaluations next to `path` that one with this card can continue.
  static func fitting(_ card: AttackCard, _ shard: Shard?, nextTo path: String) -> [String] {
    let folder = (path as NSString).deletingLastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.sorted().filter { $0.hasPrefix("dualab-attack") && $0.hasSuffix(".json") }
      .map { (folder as NSString).appendingPathComponent($0) }
      .filter { name in
        guard !isSameFile(name, path), let result = try? AttackResult(contentsOf: name) else { return false }
        return !result.isComplete && result.difference(from: card, shard) == nil
      }
  }

  private static func isSameFile(_ first: String, _ second: String) -> Bool {
    var one = stat(), two = stat()
    return stat(first, &one) == 0 && stat(second, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino
  }
}
