import Foundation
import Synchronization
import Tensors
import Testing

struct AtomicFileTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dualab-atomic-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func aFileIsReplacedAndNothingElseIsLeft() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("f")
      for text in ["long enough", "short"] { try AtomicFile.write(Data(text.utf8), to: file) }
      #expect(try Data(contentsOf: file) == Data("short".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["f"])
    }
  }

  @Test func aLinkStaysOneAndItsTargetIsWritten() throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("target"), link = folder.appendingPathComponent("link")
      try Data("old".utf8).write(to: target)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      try AtomicFile.write(Data("new".utf8), to: link)
      #expect(try Data(contentsOf: target) == Data("new".utf8))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
    }
  }

  @Test func aPipeIsWrittenToAndStaysOne() throws {
    try withFolder { folder in
      let pipe = folder.appendingPathComponent("pipe")
      try #require(mkfifo(pipe.path, 0o600) == 0)
      // Both ends in one process: opened for reading and writing, a FIFO does not wait for the other side.
      let reader = open(pipe.path, O_RDWR | O_NONBLOCK)
      defer { close(reader) }
      try AtomicFile.write(Data("through".utf8), to: pipe)
      var bytes = [UInt8](repeating: 0, count: 16)
      let count = read(reader, &bytes, bytes.count)
      #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "through")
      var status = stat()
      #expect(stat(pipe.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }

  @Test func writersOfOneFileDoNotMixAndNoneFails() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("f"), failures = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 64) { number in
        let text = String(repeating: "\(number % 10)", count: 1000 + 100 * number)
        do { try AtomicFile.write(Data(text.utf8), to: file) } catch { failures.withLock { $0 += 1 } }
      }
      #expect(failures.withLock { $0 } == 0)
      let whole = Set(try Data(contentsOf: file))
      #expect(whole.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["f"])
    }
  }

  @Test func aFolderThatIsMissingIsToldInOneLine() throws {
    try withFolder { folder in
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(Data(), to: folder.appendingPathComponent("none/f"))
      }
      #expect(error?.description.hasSuffix("has space") == true)
    }
  }

  @Test func theModeOfAFileStays() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("f")
      try Data("old".utf8).write(to: file)
      for mode: mode_t in [0o600, 0o640, 0o444] {
        chmod(file.path, mode)
        try AtomicFile.write(Data("new".utf8), to: file)
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_mode & 0o7777 == mode)
      }
    }
  }

  @Test func whatLiesWhereTheTemporaryFileGoesIsLeftAlone() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("f"), precious = folder.appendingPathComponent("precious")
      try Data("mine".utf8).write(to: precious)
      let traps = (0..<3).map { folder.appendingPathComponent(".f.\(getpid())-\($0).partial") }
      try FileManager.default.createSymbolicLink(at: traps[0], withDestinationURL: precious)
      try Data("foreign".utf8).write(to: traps[1])
      try FileManager.default.createDirectory(at: traps[2], withIntermediateDirectories: false)
      try AtomicFile.write(Data("new".utf8), to: file)
      #expect(try Data(contentsOf: file) == Data("new".utf8))
      #expect(try Data(contentsOf: precious) == Data("mine".utf8))
      #expect(try Data(contentsOf: traps[1]) == Data("foreign".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 5)
    }
  }

  @Test func aPipeThatNobodyReadsIsAnErrorAndNoWait() throws {
    try withFolder { folder in
      let pipe = folder.appendingPathComponent("pipe")
      try #require(mkfifo(pipe.path, 0o600) == 0)
      let error = #expect(throws: FileError.self) { try AtomicFile.write(Data("x".utf8), to: pipe) }
      #expect(error?.description.contains("nobody reads this pipe") == true)
    }
  }

  @Test func cachedFilesOfAControlGroupMakeRoom() {
    let statistics = ["anon 300", "file 650", "total_active_file 7", "active_file 100", "inactive_file 500"]
    #expect(AvailableMemory.left(of: 1000, usage: 950, statistics: statistics, prefix: "") == 650)
    #expect(AvailableMemory.left(of: 1000, usage: 950, statistics: statistics, prefix: "total_") == 57)
    #expect(AvailableMemory.left(of: 1000, usage: 1200, statistics: [], prefix: "") == 0)
  }

  @Test func memoryIsAskedForBeforeItIsTaken() throws {
    #expect(AvailableMemory.bytes > 1 << 20)
    #expect(AvailableMemory.product([1 << 40, 1 << 40]) == .max && AvailableMemory.product([3, 4]) == 12)
    try AvailableMemory.check(1 << 20, for: "this", remedy: "lower it")
    let error = #expect(throws: FileError.self) { try AvailableMemory.check(1 << 50, for: "this", remedy: "lower it") }
    #expect(error?.description.hasPrefix("this needs 1048576.0 GiB of memory, ") == true)
    #expect(error?.description.hasSuffix("are available; lower it") == true)
  }
}
