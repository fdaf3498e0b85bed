import Foundation
import Synchronization
import Tensors

/// Claim files in a folder that several machines share: who works on which run. Safe on NFS.
///
/// A claim on run R is the file `R.1`. The link under which it appears is made by link(2), which fails on every file
/// system when the name is taken. A heartbeat renews its time. When heartbeats end, another worker takes over with
/// `R.2`, and so on: the highest number counts. No claim file is ever replaced or renamed, so two workers cannot take
/// over the same one.
final class ClaimFolder: Sendable {
  /// What became of an attempt.
  enum Attempt: Equatable {
    /// The run is ours; `from` is the dead owner it was taken over from.
    case taken(from: String?)
    /// Somebody else has it, or has just finished it.
    case busy(String?)
  }

  let folder: URL
  /// Seconds without a heartbeat after which a worker of another machine counts as dead.
  let patience: Double
  private let held = Mutex<[String: (path: String, token: String)]>([:])

  init(_ folder: URL, patience: Double) { (self.folder, self.patience) = (folder, patience) }

  // MARK: taking

  /// Claims a run, unless a living worker has it. Throws `FileError` when the folder cannot be written to.
  func take(_ run: String) throws -> Attempt {
    var dead: String?
    guard let numbers = generations(of: run) else { throw unwritable() }
    let last = numbers.last ?? 0
    if last > 0 {
      let path = path(run, last)
      // Gone meanwhile: the run is finished, or free at the next look.
      guard let (claim, age) = try look(at: path) else { return .busy(nil) }
      guard claim.isOfEndedProcess || age > patience else { return .busy(claim.owner) }
      dead = claim.owner
    }
    let path = path(run, last + 1), claim = Claim.own()
    guard try create(path, claim) else { return .busy(nil) }
    held.withLock { $0[run] = (path, claim.token) }
    return .taken(from: dead)
  }

  /// Gives up a claim. Those that it was taken over from go only when the run is `finished`: otherwise the next worker,
  /// who may still see them, counts on from there.
  func release(_ run: String, finished: Bool) {
    guard let own = held.withLock({ $0.removeValue(forKey: run) }) else { return }
    guard read(own.path)?.token == own.token else { return }
    let others = (generations(of: run) ?? []).map { path(run, $0) }.filter { $0 != own.path }
    if finished { for other in others { unlink(other) } }
    unlink(own.path)
  }

  // MARK: heartbeats

  /// Renews all claims of this process. Returns the runs that another worker has taken over, because this one did not
  /// get to renew its claim for too long, such as on a machine that slept. While the folder does not answer, nothing is
  /// lost.
  func beat() -> [String] {
    var lost: [String] = []
    for (run, own) in held.withLock({ $0 }) {
      guard let numbers = generations(of: run) else { continue }
      let isLast = numbers.last.map { path(run, $0) == own.path } ?? false
      if isLast, read(own.path).map({ $0.token == own.token }) ?? true {
        _ = renew(own.path)
        continue
      }
      // Released between the two looks: not lost.
      if held.withLock({ $0.removeValue(forKey: run) != nil }) { lost.append(run) }
    }
    return lost
  }

  /// Seconds between two heartbeats.
  var interval: Double { min(15, max(0.05, patience / 8)) }

  // MARK: files

  private func path(_ run: String, _ generation: Int) -> String {
    folder.appendingPathComponent("\(run).\(generation)").path
  }

  /// The numbers of all claims on a run, in order; nil when the folder cannot be read.
  private func generations(of run: String) -> [Int]? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return nil }
    return names.filter { $0.hasPrefix(run + ".") }.compactMap { Int($0.dropFirst(run.count + 1)) }
      .filter { (1...1_000_000_000).contains($0) }.sorted()
  }

  private func read(_ path: String) -> Claim? {
    FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Claim.self, from: $0) }
  }

  /// A claim and the seconds since its last heartbeat, by the clock of the file server: the difference between its time
  /// and that of a file renewed now. The clocks of the machines may differ. Nil when the file is gone.
  private func look(at path: String) throws -> (claim: Claim, age: Double)? {
    // Opening makes NFS ask the server for the current time of the file instead of using a remembered one.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    let damaged = Claim(host: "unknown host", machine: "", process: 0, started: "", token: "")
    return (read(path) ?? damaged, try serverTime() - Self.seconds(status.st_mtim))
  }

  private func serverTime() throws -> Double {
    let path = folder.appendingPathComponent(".clock-\(Self.name)").path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    defer { if descriptor >= 0 { close(descriptor) } }
    var status = stat()
    guard descriptor >= 0, renew(path), fstat(descriptor, &status) == 0 else { throw unwritable() }
    unlink(path)
    return Self.seconds(status.st_mtim)
  }

  /// Sets a file's time to now; without a time of its own the file server uses its clock.
  private func renew(_ path: String) -> Bool { utimensat(AT_FDCWD, path, nil, 0) == 0 }

  /// Creates a claim file, whole or not at all. False when the name is taken.
  private func create(_ path: String, _ claim: Claim) throws -> Bool {
    let temporary = folder.appendingPathComponent(".new-\(Self.name)").path
    guard let data = try? JSONEncoder().encode(claim), FileManager.default.createFile(atPath: temporary, contents: data)
    else { throw unwritable() }
    defer { unlink(temporary) }
    let isLinked = link(temporary, path) == 0, reason = errno
    // The answer of a file server may be lost and the request repeated: the number of links tells what happened.
    var status = stat()
    if isLinked || (stat(temporary, &status) == 0 && status.st_nlink == 2) { return true }
    guard reason == EEXIST else { throw unwritable() }
    return false
  }

  private func unwritable() -> FileError {
    FileError(
      "\(folder.relativePath): cannot write claim files; check that the folder is writable and the disk has space")
  }

  /// A name that no other worker has.
  private static var name: String { UUID().uuidString }

  private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }
}
