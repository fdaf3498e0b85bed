import Events
import Foundation
import TestSupport
import Testing

/// `dualab watch` on checkpoints that a PyTorch training wrote (Tests/Oracles/watch).
@Suite(.serialized, .timeLimit(.minutes(5))) struct WatchCommandTests {
  private static let images = Repository.oracle("watch/images.npz").path
  private static let measuring = [
    "--npz", images, "--eps", "0.2", "--threads", "2", "--deep-every", "4", "--set", "sentinel.deep_images=8",
  ]
  /// What is quick enough where only the folder matters.
  private static let quickly =
    ["--npz", images, "--eps", "0.2", "--threads", "1", "--limit", "8", "--deep-every", "0", "--interval", "0.05"]

  private static func folder(_ name: String) -> String { Repository.oracle("watch/\(name)").path }

  private static func checkpoints(_ events: [Event], _ kind: CheckpointKind = .found) -> [CheckpointNote] {
    events.compactMap { if case .checkpoint(let note) = $0, note.kind == kind { note } else { nil } }
  }

  private static func probes(_ events: [Event]) -> [Probe] {
    events.compactMap { if case .probe(let probe) = $0 { probe } else { nil } }
  }

  private static func alarms(_ events: [Event]) -> [GapChange] {
    events.compactMap { if case .alarm(let change) = $0 { change } else { nil } }
  }

  // MARK: recorded trainings

  @Test func catastrophicOverfittingRaisesTheAlarm() async throws {
    let run = try await BuiltProgram.run(
      ["watch", Self.folder("fgsm"), "--once", "--json", "--fail-on-alarm"] + Self.measuring)
    #expect(run.status == 3 && run.error.hasPrefix("dualab: false robustness") && run.errorLines.count == 1)
    let events = try run.events, notes = Self.checkpoints(events)
    #expect(notes.map(\.step) == [1, 4, 7, 8, 9] && notes.allSatisfy { $0.found?.stepFrom == .epoch })
    let raised = Self.alarms(events).filter { $0.state == .alarm && $0.from != .alarm }
    #expect(raised.count == 1 && raised.first?.step == 8 && raised.first?.reading?.tier == .quick)
    let causes = Self.alarms(events).flatMap(\.causes).map(\.kind)
    #expect(causes.contains(.catastrophicOverfitting))
    // The first network, of PGD, is sound; the last one is not.
    let quick = Self.probes(events).filter { $0.quick != nil }
    #expect(quick.count == 5 && quick.first?.gapState == .calm && quick.first?.quick?.attack == nil)
    #expect(quick.last?.quick?.attack == "FGSM")
    // Causes are those of what survives PGD-10, of which FGSM's survivors are no part.
    let before = Self.alarms(events).flatMap(\.causes).filter { $0.kind == .targeted }.compactMap(\.before)
    #expect(before.allSatisfy { $0 <= (quick.last?.adversarial.value ?? 0) + 1e-9 })
    try check(quick, against: "fgsm")
  }

  @Test func trainingWithPGDRaisesNone() async throws {
    let run = try await BuiltProgram.run(
      ["watch", Self.folder("pgd"), "--once", "--json", "--fail-on-alarm"] + Self.measuring)
    #expect(run.status == 0 && run.error == "", "\(run.error)")
    let events = try run.events
    #expect(Self.checkpoints(events).map(\.step) == [2, 5, 8])
    #expect(!Self.alarms(events).contains { $0.state == .alarm })
    // Three quick checks, and a deep one of the first checkpoint.
    #expect(Self.probes(events).count == 4 && Self.probes(events).filter { $0.deep != nil }.map(\.step) == [2])
    try check(Self.probes(events).filter { $0.quick != nil }, against: "pgd")
  }

  /// Clean accuracy and accuracy under FGSM are those that PyTorch counted; an image of a near tie may differ.
  private func check(_ probes: [Probe], against name: String) throws {
    let expected = try JSONDecoder().decode(
      [String: [Int]].self, from: Data(contentsOf: Repository.oracle("watch/expected.json")))
    for probe in probes {
      let counts = try #require(expected["\(name)/\(probe.step)"]), fgsm = try #require(probe.fgsm)
      #expect(probe.clean.n == 64 && abs(probe.clean.correct - counts[0]) <= 1)
      #expect(abs(fgsm.correct - counts[1]) <= 1)
    }
  }

  @Test func aRowPerCheckpointForAPerson() async throws {
    let run = try await BuiltProgram.run(["watch", Self.folder("pgd"), "--once"] + Self.quickly)
    #expect(run.status == 0, "\(run.error)")
    let lines = run.result.split(separator: "\n")
    #expect(lines.count == 5 && lines[0].hasPrefix("n 8; 95 %") && lines[1].hasSuffix("checkpoint"))
    #expect(lines.dropFirst(2).map { $0.split(separator: " ").last } == ["epoch_2.pt", "epoch_5.pt", "epoch_8.pt"])
    #expect(run.error.contains("steps are the epochs that the files record"))
    #expect(
      run.error.contains("recognized as small-cnn") && run.error.contains("weights taken from 'model_state_dict'"))
    #expect(run.error.components(separatedBy: "recognized as small-cnn").count == 2)
    #expect(run.error.contains("finished; 3 checkpoints measured, took"))
  }

  @Test func theSameCommandContinuesFromItsFile() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("watch.jsonl").path
    for name in ["epoch_2.pt", "epoch_5.pt"] { try copy(name, to: folder) }
    let command = ["watch", folder.path, "--once", "--json", "--out", out] + Self.quickly
    let first = try await BuiltProgram.run(command)
    #expect(first.status == 0, "\(first.error)")
    #expect(Self.checkpoints(try first.events).count == 2)
    try copy("epoch_8.pt", to: folder)
    // A watch that was killed leaves half a line.
    let half = try FileHandle(forUpdating: URL(fileURLWithPath: out))
    try half.seekToEnd()
    try half.write(contentsOf: Data("{\"event\":\"pro".utf8))
    try half.close()
    let second = try await BuiltProgram.run(command)
    #expect(second.status == 0, "\(second.error)")
    // What was measured is told again, and only what is new takes time.
    #expect(Self.checkpoints(try second.events).map(\.step) == [2, 5, 8])
    #expect(second.result.contains("2 checkpoints measured earlier"))
    let kept = try String(contentsOfFile: out, encoding: .utf8)
    #expect(kept.components(separatedBy: "\"event\":\"probe\"").count == 4)
    #expect(kept.components(separatedBy: "\"kind\":\"found\"").count == 4)
    for (changes, words) in [
      (["--set", "sentinel.deep_images=8"], "was made with sentinel.deep_images 32; use the same"),
      (["--set", "sentinel.alarm=0.3"], "was made with sentinel.alarm 0.25; use the same"),
      (["--set", "mean=0.2"], "was made without mean; use the same"),
      (["--layout", "nchw"], "was made on images.npz, 8 images of 1×28×28; use the same"),
    ] {
      let other = try await BuiltProgram.run(command + changes)
      #expect(other.status == 2 && other.error.contains(words), "\(other.error)")
    }
    let elsewhere = try await BuiltProgram.run(
      ["watch", Self.folder("pgd"), "--once", "--out", out] + Self.quickly)
    #expect(elsewhere.status == 2 && elsewhere.error.contains("was made in the folder \(folder.path)"))
    try Data("my notes\n".utf8).write(to: folder.appendingPathComponent("notes"))
    let foreign = try await BuiltProgram.run(
      ["watch", folder.path, "--once", "--out", folder.appendingPathComponent("notes").path] + Self.quickly)
    #expect(foreign.status == 2 && foreign.error.contains("line 1 is no event of dualab"))
    #expect(try String(contentsOf: folder.appendingPathComponent("notes"), encoding: .utf8) == "my notes\n")
  }

  @Test func oneWatchWritesARecordAndOnlyAFileIsOne() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("watch.jsonl").path, pipe = folder.appendingPathComponent("pipe").path
    let lock = open(out, O_CREAT | O_RDWR, 0o644)
    defer { close(lock) }
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0 && mkfifo(pipe, 0o600) == 0)
    for (path, words) in [
      (out, "another 'watch' is writing it"), (pipe, "is not a regular file"), ("/dev/null", "is not a regular file"),
      (folder.path, "is a folder"), (folder.path + "/none/a", "cannot be written (No such file or directory)"),
    ] {
      let run = try await BuiltProgram.run(["watch", Self.folder("pgd"), "--once", "--out", path] + Self.quickly)
      #expect(run.status == 1 && run.error.contains("--out \(path): \(words)"), "\(run.error)")
    }
  }

  // MARK: files that come and go

  private func copy(_ name: String, to folder: URL, as other: String? = nil) throws {
    let data = try Data(contentsOf: Repository.oracle("watch/pgd/\(name)"))
    try data.write(to: folder.appendingPathComponent(other ?? name))
  }

  /// Waits until the program's events satisfy a condition.
  private func wait(_ file: URL, _ what: String, _ condition: ([Event]) -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < end {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      if condition(lines.compactMap { try? JSONDecoder().decode(Event.self, from: Data($0.utf8)) }) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("waited in vain for \(what)")
  }

  @Test func filesInPiecesReplacedAndDeletedAreFollowed() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let last = folder.appendingPathComponent("last.pt")
    let data = try Data(contentsOf: Repository.oracle("watch/pgd/epoch_2.pt"))
    let run = try await BuiltProgram.run(["watch", folder.path, "--json"] + Self.quickly) { process, result in
      try await wait(result, "the start") {
        $0.contains { if case .state(let s) = $0 { s.state == .waiting } else { false } }
      }
      // In pieces, with pauses that are longer than two looks.
      try data.prefix(data.count / 3).write(to: last)
      let handle = try FileHandle(forWritingTo: last)
      try await Task.sleep(for: .milliseconds(300))
      try handle.seekToEnd()
      try handle.write(contentsOf: data[(data.count / 3)...])
      try handle.close()
      try await wait(result, "the file in pieces") { Self.checkpoints($0).count == 1 }
      try copy("epoch_5.pt", to: folder, as: "new.partial")
      try FileManager.default.removeItem(at: last)
      try FileManager.default.moveItem(at: folder.appendingPathComponent("new.partial"), to: last)
      try await wait(result, "the one that replaced it") { Self.checkpoints($0).count == 2 }
      // A copy under another name has nothing new.
      try copy("epoch_5.pt", to: folder, as: "best.pt")
      try await wait(result, "the copy") { $0.contains { HeadlessWords.text($0).contains("same weights as last.pt") } }
      try copy("epoch_8.pt", to: folder)
      try await wait(result, "the last file") { Self.checkpoints($0).count == 3 }
      process.terminate()
    }
    #expect(run.status == 143, "\(run.error)")
    let events = try run.events
    #expect(Self.checkpoints(events).map(\.step) == [2, 5, 8] && Self.checkpoints(events, .skipped).isEmpty)
    #expect(try run.summary.outcome == .stopped)
  }

  @Test func whatIsNoCheckpointIsNamedAndSkipped() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try Data(contentsOf: Repository.oracle("watch/pgd/epoch_5.pt"))
    try copy("epoch_2.pt", to: folder)
    try whole.prefix(whole.count / 2).write(to: folder.appendingPathComponent("epoch_3.pt"))
    try Data().write(to: folder.appendingPathComponent("epoch_4.pt"))
    try FileManager.default.copyItem(
      at: Repository.oracle("pt/resnet18_w8.pt"), to: folder.appendingPathComponent("other.pt"))
    try Data("hello".utf8).write(to: folder.appendingPathComponent("notes.safetensors"))
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("folder.pt"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("nowhere.pt"), withDestinationURL: folder.appendingPathComponent("none"))
    mkfifo(folder.appendingPathComponent("pipe.pt").path, 0o600)
    try copy("epoch_8.pt", to: folder)
    let run = try await BuiltProgram.run(
      ["watch", folder.path, "--once", "--json", "--patience", "0.5"] + Self.quickly)
    #expect(run.status == 0, "\(run.error)")
    let events = try run.events
    #expect(Self.checkpoints(events).map(\.step) == [2, 8])
    let skipped = Self.checkpoints(events, .skipped).map { URL(fileURLWithPath: $0.path).lastPathComponent }
    #expect(skipped.sorted() == ["epoch_3.pt", "epoch_4.pt", "notes.safetensors", "other.pt"])
    #expect(Self.checkpoints(events, .skipped).allSatisfy { !($0.reason ?? "").isEmpty })
  }

  @Test func onlyTheNewestAreMeasuredOnRequest() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for (age, name) in ["epoch_8.pt", "epoch_5.pt", "epoch_2.pt"].enumerated() {
      try copy(name, to: folder)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -100 - Double(age))],
        ofItemAtPath: folder.appendingPathComponent(name).path)
    }
    let run = try await BuiltProgram.run(["watch", folder.path, "--once", "--json", "--newest", "2"] + Self.quickly)
    #expect(Self.checkpoints(try run.events).map(\.step) == [5, 8], "\(run.error)")
    #expect(run.result.contains("3 checkpoints are waiting; only the 2 newest are measured"))
  }

  // MARK: bad input

  @Test func anotherNormalizationIsNoticed() async throws {
    let command = ["watch", Self.folder("pgd"), "--once", "--newest", "1"] + Self.quickly + ["--limit", "64"]
    let run = try await BuiltProgram.run(command + ["--set", "mean=5", "--set", "std=0.1"])
    #expect(run.status == 0 && run.error.contains("is no better than guessing ("), "\(run)")
    // As 'attack' does, it tries what is often wrong.
    #expect(run.error.contains("mean and std it would be"), "\(run.error)")
    let right = try await BuiltProgram.run(command)
    #expect(right.status == 0 && !right.error.contains("guessing"), "\(right.error)")
  }

  @Test func wrongFoldersAndOptionsAreOneLine() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let empty = folder.appendingPathComponent("empty"), below = folder.appendingPathComponent("below/version_0")
    for place in [empty, below] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    try copy("epoch_2.pt", to: below)
    let broken = folder.appendingPathComponent("broken")
    try FileManager.default.createDirectory(at: broken, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: broken.appendingPathComponent("a.pt"))
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      ([folder.path + "/none"] + Self.quickly, 1, "no such folder; give the one that the training writes"),
      ([below.path + "/epoch_2.pt"] + Self.quickly, 1, "is a file; give the folder that it is in"),
      ([empty.path, "--once"] + Self.quickly, 1, "has no checkpoint (.pt, .pth, .ckpt, .safetensors)"),
      ([folder.path + "/below", "--once"] + Self.quickly, 1, "there is 1 in \(folder.path)/below/version_0"),
      ([broken.path, "--once", "--patience", "0"] + Self.quickly, 1, "none of its 1 checkpoint can be measured"),
      ([empty.path, "--eps", "0.2"], 2, "the images are missing; use --data NAME"),
      ([empty.path, "--eps", "0.2", "--data", "mirage", "--npz", Self.images], 2, "use only one of --data NAME"),
      ([empty.path, "--npz", Self.images], 2, "--eps is missing"),
      ([empty.path, "--eps", "8", "--npz", Self.images], 2, "eps"),
      ([empty.path, "--model", "resnet99"] + Self.quickly, 2, "--model resnet99: no such network"),
      ([empty.path, "--set", "widht=4"] + Self.quickly, 2, "did you mean 'width'?"),
      ([empty.path, "--set", "sentinel.alarms=4"] + Self.quickly, 2, "sentinel.alarm"),
      ([empty.path, "--set", "sentinel.images=64"] + Self.quickly, 2, "not used by watch; use --limit"),
      ([empty.path, "--set", "sentinel.pause=on"] + Self.quickly, 2, "not used by watch; it has no training"),
      ([empty.path, "--interval", "0"] + Self.quickly.dropLast(2), 2, "--interval 0.0: use a number of seconds"),
      ([empty.path, "--newest", "0"] + Self.quickly, 2, "--newest 0"),
      ([empty.path, "--out", empty.path] + Self.quickly, 1, "is a folder; use the name of a file"),
      ([empty.path, "--on-alarm", "no-such-program"] + Self.quickly, 2, "--on-alarm no-such-program"),
    ]
    for one in cases {
      let run = try await BuiltProgram.run(["watch"] + one.arguments)
      #expect(run.status == one.status && run.errorLines.last?.contains(one.words) == true, "\(one): \(run)")
    }
  }
}

/// Journal entries of an event stream.
private enum HeadlessWords {
  static func text(_ event: Event) -> String {
    if case .journal(let entry) = event, case .remark(let text) = entry.fact { text } else { "" }
  }
}
