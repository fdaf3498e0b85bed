import Tensors
import Testing

struct RandomStreamTests {
  /// The known answers of Random123's own test file.
  @Test func philoxGivesThePublishedNumbers() {
    let full: UInt32 = 0xffff_ffff
    #expect(RandomStream.philox((0, 0, 0, 0), (0, 0)) == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      RandomStream.philox((full, full, full, full), (full, full))
        == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      RandomStream.philox((0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0))
        == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func everyPartOfTheKeyMatters() {
    let keys: [RandomStream] = [
      RandomStream(seed: 1, purpose: .order), RandomStream(seed: 2, purpose: .order),
      RandomStream(seed: 1, purpose: .weights), RandomStream(seed: 1, purpose: .order, step: 1),
      RandomStream(seed: 1, purpose: .order, example: 1), RandomStream(seed: 1, purpose: .order, attempt: 1),
    ]
    let first = keys.map { stream in
      var stream = stream
      return (0..<8).map { _ in stream.bits() }
    }
    #expect(Set(first).count == keys.count)
  }

  @Test func uniformNumbersFillTheirRange() {
    var stream = RandomStream(seed: 3, purpose: .test)
    let draws = (0..<20_000).map { _ in Double(stream.uniform(-2, 4)) }
    #expect(draws.allSatisfy { $0 >= -2 && $0 < 4 })
    #expect(abs(draws.reduce(0, +) / 20_000 - 1) < 0.05)
  }

  @Test func normalNumbersHaveTheirMoments() {
    var stream = RandomStream(seed: 4, purpose: .test)
    let draws = (0..<20_000).map { _ in Double(stream.normal()) }
    let mean = draws.reduce(0, +) / 20_000
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.04)
    #expect(draws.allSatisfy { $0.isFinite })
  }

  @Test func everyElementIsEquallyLikely() {
    var stream = RandomStream(seed: 5, purpose: .test)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<14_000 { counts[Int(stream.below(7))] += 1 }
    #expect(counts.allSatisfy { abs($0 - 2000) < 250 })
  }

  @Test func aPermutationHasEveryElementOnce() {
    for count in 0...9 {
      var stream = RandomStream(seed: 6, purpose: .test)
      #expect(stream.permutation(count).sorted() == Array(0..<count))
    }
  }
}
