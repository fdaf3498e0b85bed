import Foundation
import PyTorchFiles
import Tensors
import TestSupport
import Testing

private let fuzzMutations = ProcessInfo.processInfo.environment["DUALAB_FUZZ"].flatMap { Int($0) } ?? 20_000
/// What takes longer hangs: one minute suffices, and one more for every 20 000 mutations.
private let fuzzMinutes = 1 + fuzzMutations / 20_000

/// Damaged checkpoints never trap, hang or ask for more memory than their size justifies.
///
/// The committed run is 20 000 mutations. A longer one, with the peak of memory printed:
///
///     DUALAB_FUZZ=1000000 swift test -c release --scratch-path .build-test --filter PyTorchFilesTests.FuzzTests
@Suite(.serialized, .timeLimit(.minutes(fuzzMinutes))) struct FuzzTests {
  static let mutations = fuzzMutations

  @Test func mutatedFilesAreReadOrRefused() throws {
    let seeds = try Self.seeds()
    var mutator = Mutator(seed: 1), read = 0, refused = 0
    let before = try Self.peakMemory()
    let clock = ContinuousClock(), start = clock.now
    var slowest = Duration.zero
    for number in 0..<Self.mutations {
      let data = try mutator.mutated(seeds)
      let one = clock.now
      do {
        _ = try PyTorchFile(data: data, name: "fuzz.pt").stateDictionary()
        read += 1
      } catch let error as FileError {
        refused += 1
        #expect(!error.description.contains("\n"), "mutation \(number)")
      }
      slowest = max(slowest, clock.now - one)
    }
    let grown = try Self.peakMemory() - before
    if Self.mutations > 20_000 {
      print("\(Self.mutations) mutations in \(clock.now - start): \(read) read, \(refused) refused;")
      print("slowest \(slowest), memory grew by \(grown) kB")
    }
    #expect(read > 0 && refused > Self.mutations / 4)
    // The seeds have less than 16 kB each; allocators keep some of what they were given. Only where nothing else runs.
    if Self.mutations > 20_000 { #expect(grown < 64 * 1024, "peak memory grew by \(grown) kB") }
  }

  /// Every part of a file that a length or count could lie about, alone.
  @Test(
    arguments: [
      // A text of 4 GB, of 2^63 bytes, bytes of 4 GB, a long of 2 GB, a frame of 2^64 - 1 bytes.
      [0x58, 0xFF, 0xFF, 0xFF, 0xFF], [0x8D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
      [0x42, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], [0x95, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E],
      // An empty stack, an unopened tuple, a memo entry that is not there, one of index 2^32 - 1, a call of nothing.
      [0x2E], [0x74, 0x2E], [0x68, 7, 0x2E], [0x4E, 0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], [0x52, 0x2E], [0x62, 0x2E],
      [0x28, 0x30, 0x30, 0x2E], [0x28, 0x85, 0x2E], [0x5D, 0x28, 0x4E, 0x75, 0x2E], [0x51, 0x2E], [0x4E, 0x51, 0x2E],
    ] as [[UInt8]])
  func aBrokenPickleIsRefused(_ body: [UInt8]) throws {
    let data = try PyTorchFile.encoded(pickle: Data([0x80, 2] + body), storages: [])
    #expect(
      try message { _ = try PyTorchFile(data: data, name: "broken.pt").stateDictionary() }.hasPrefix("broken.pt: "))
  }

  @Test func deepCyclicAndSharedValuesCostNothing() throws {
    let deep = [UInt8](repeating: 0x5D, count: 200_000) + [UInt8](repeating: 0x61, count: 199_999)
    // A list that holds itself: EMPTY_LIST, BINPUT 0, BINGET 0, APPEND.
    let cyclic: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
    // Each dictionary holds the one before twice, 60 times over.
    var shared: [UInt8] = [0x7D, 0x71, 0]
    for _ in 0..<60 { shared += [0x30, 0x7D] + [0x8C, 1, 0x61, 0x68, 0, 0x73, 0x8C, 1, 0x62, 0x68, 0, 0x73, 0x71, 0] }
    for body in [deep, cyclic, shared] {
      let data = try PyTorchFile.encoded(pickle: Data([0x80, 4] + body + [0x2E]), storages: [])
      #expect(try message { _ = try PyTorchFile(data: data, name: "deep.pt").stateDictionary() }.contains("without"))
    }
  }

  @Test func aListOfEntriesThatLiesIsRefused() throws {
    let file = try Data(contentsOf: Repository.oracle("pt/cases/parallel.pt"))
    let end = try #require(file.range(of: Data([0x50, 0x4B, 5, 6]), options: .backwards))
    for count in [0xFFFE, 0x7FFF, 0x1000] as [UInt16] {
      var data = file
      for place in [8, 10] {
        data[end.lowerBound + place] = UInt8(count & 0xFF)
        data[end.lowerBound + place + 1] = UInt8(count >> 8)
      }
      #expect(try message { _ = try PyTorchFile(data: data, name: "a.pt") }.contains("damaged"))
    }
    // More than any checkpoint has.
    var many = Data(count: 4 << 20) + file
    let place = many.count - file.count + end.lowerBound
    many.replaceSubrange((place + 8)..<(place + 12), with: [0xFF, 0x7F, 0xFF, 0x7F])
    many.replaceSubrange(0..<4, with: [0x50, 0x4B, 3, 4])
    #expect(try message { _ = try PyTorchFile(data: many, name: "a.pt") }.contains("more than any checkpoint"))
    // The 64-bit form, of 2^40 entries; it may stand anywhere.
    let count = Data([0, 0, 0, 0, 0, 1, 0, 0])
    let wide = Data([0x50, 0x4B, 6, 6]) + Data(count: 20) + count + count + Data(count: 16)
    var data = file
    let locator = Data([0x50, 0x4B, 6, 7, 0, 0, 0, 0]) + little(file.count) + Data(count: 4)
    data.insert(contentsOf: locator, at: end.lowerBound)
    data.insert(contentsOf: wide, at: data.endIndex)
    // The end record is the last thing of the file, behind it only a comment: the 64-bit record is in that.
    data.replaceSubrange((end.lowerBound + 40)..<(end.lowerBound + 42), with: [56, 0])
    data.replaceSubrange((end.lowerBound + 28)..<(end.lowerBound + 32), with: [0xFF, 0xFF, 0xFF, 0xFF])
    data.replaceSubrange((end.lowerBound + 8)..<(end.lowerBound + 16), with: little(file.count + 20))
    #expect(try message { _ = try PyTorchFile(data: data, name: "a.pt") }.contains("promises 1099511627776 entries"))
  }

  private func little(_ value: Int) -> Data { withUnsafeBytes(of: UInt64(value).littleEndian) { Data($0) } }

  private static func seeds() throws -> [Data] {
    let folder = Repository.oracle("pt/cases")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.map { try Data(contentsOf: folder.appendingPathComponent($0)) }.filter { $0.count < 16_384 }
  }

  /// The largest resident size of this process so far, in kB.
  private static func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }
}
