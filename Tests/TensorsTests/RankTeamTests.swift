import Tensors
import TestSupport
import Testing

/// What several processes do in common, with threads in their place.
struct RankTeamTests {
  /// A number of rank `rank` whose sums depend on their order.
  private static func number(_ rank: Int, _ index: Int) -> Float {
    (Float((rank * 7919 + index * 104729) % 1009) - 500) * (rank % 2 == 0 ? 1.1e-3 : 977.7)
  }

  @Test(arguments: [1, 2, 4, 8], [1, 15, 16, 17, 33, 1000])
  func floatsAreAddedInTheTree(ranks: Int, count: Int) throws {
    let expected = (0..<count).map { index in BatchTree.sum(0..<ranks, +) { Self.number($0, index) } }
    @Sendable func sum(_ team: RankTeam) throws {
      var numbers = (0..<count).map { Self.number(team.rank, $0) }
      numbers.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { team.add(base, count: count) } }
      try team.check()
      #expect(numbers == expected, "rank \(team.rank)")
    }
    #expect(try ThreadRanks.run(ranks, sum, others: sum).isEmpty)
  }

  @Test(arguments: [1, 2, 4, 8]) func leftNeighborsComeFirst(ranks: Int) throws {
    @Sendable func combine(_ team: RankTeam) throws {
      // Digits are appended: the order of ranks.
      var numbers = [Double(team.rank + 1), 10]
      numbers.withUnsafeMutableBufferPointer {
        guard let base = $0.baseAddress else { return }
        team.combine(base, count: 2) { left, right in
          left[0] = left[0] * right[1] + right[0]
          left[1] *= right[1]
        }
      }
      #expect(numbers[0] == [1, 12, 1234, 12_345_678][ranks.trailingZeroBitCount], "rank \(team.rank)")
    }
    #expect(try ThreadRanks.run(ranks, combine, others: combine).isEmpty)
  }

  @Test(arguments: [2, 4]) func textsGoOutAndComeBack(ranks: Int) throws {
    @Sendable func talk(_ team: RankTeam) throws {
      #expect(try team.share(team.isFirst ? "beta=6" : "?") == "beta=6")
      #expect(try team.gather("from \(team.rank)") == (team.isFirst ? (0..<ranks).map { "from \($0)" } : []))
    }
    #expect(try ThreadRanks.run(ranks, talk, others: talk).isEmpty)
  }

  @Test(arguments: [1, 2, 4, 8]) func everybodyGetsWhatAllHave(ranks: Int) throws {
    @Sendable func collect(_ team: RankTeam) throws {
      // Of all lengths, none included.
      let own = [UInt8](repeating: UInt8(team.rank), count: team.rank * 3 % 5)
      let all = (0..<ranks).map { [UInt8](repeating: UInt8($0), count: $0 * 3 % 5) }
      #expect(try team.collectMessages(own) == all)
      let numbers = (0..<19).map { Float($0) / 7 }
      #expect(try team.collect(Array(numbers[team.part(of: 19)])) == numbers)
    }
    #expect(try ThreadRanks.run(ranks, collect, others: collect).isEmpty)
  }

  @Test(arguments: [2, 4]) func workThatOneLeavesIsLeftByAll(ranks: Int) throws {
    struct Trouble: Error {}
    for unlucky in 0..<ranks {
      @Sendable func work(_ team: RankTeam) throws {
        let start = ContinuousClock.now
        #expect {
          try RankTeam.together(team, {}) { poll in
            if team.rank == unlucky { throw Trouble() }
            // Without the others this would go on for a minute.
            while ContinuousClock.now - start < .seconds(60) { try poll() }
          }
        } throws: {
          guard team.rank != unlucky else { return $0 is Trouble }
          // Everybody hears of the others why; the first process is told by itself.
          let named = unlucky == 0 || "\($0)" == "rank \(unlucky) of \(ranks): Trouble()"
          return $0 is WorkWithdrawn && named
        }
        #expect(ContinuousClock.now - start < .seconds(30))
        // They know where they stand, and go on.
        #expect(try RankTeam.together(team, {}) { _ in team.rank } == team.rank)
        #expect(try team.collect([team.rank]) == Array(0..<ranks))
      }
      #expect(try ThreadRanks.run(ranks, work, others: work).isEmpty)
    }
  }

  @Test func theFirstProcessAsksForAll() throws {
    struct Stop: Error {}
    let errors = try ThreadRanks.run(4) { team in
      try team.ask {}
      #expect(throws: Stop.self) { try team.ask { throw Stop() } }
    } others: { team in
      try team.ask { Issue.record("only the first process asks") }
      try team.ask {}
    }
    #expect(errors.count == 3 && errors.allSatisfy { $0 is WorkWithdrawn })
  }

  @Test func afterALossNothingWaits() throws {
    let errors = try ThreadRanks.run(2) { team in
      team.cancel()
      #expect(throws: RanksLost.self) { try team.gather("") }
    } others: { team in
      _ = try team.share("")
      try team.check()
    }
    #expect(errors.count == 1 && errors[0] is RanksLost)
  }

  @Test(arguments: [8, 9, 37, 100, 128], [1, 2, 4]) func partsAreAlignedAndMakeTheWholeBatch(images: Int, count: Int) {
    let parts = ThreadRanks.make(count).compactMap { BatchPart(images: images, cleanRows: 5, team: RankTeam($0)) }
    guard BatchTree(images: images).leaves >= count else { return #expect(parts.isEmpty) }
    #expect(parts.flatMap { Array($0.images) } == Array(0..<images))
    #expect(parts.flatMap { Array($0.leaves) } == Array(0..<BatchTree(images: images).leaves))
    #expect(parts.flatMap { Array($0.images(ofLast: 5)) } == Array(images - 5..<images))
  }
}
