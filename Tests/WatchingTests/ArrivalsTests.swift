import Testing
import Watching

/// Files of a folder without a folder: what is shown by looks, and when it may be read.
@Suite struct ArrivalsTests {
  private static let start = 1_000_000.0

  private func entry(_ name: String, size: Int = 10, at seconds: Double = start, inode: UInt64 = 1) -> FolderEntry {
    FolderEntry(name, FileStamp(size: size, modified: Int(seconds * 1e9), inode: inode))
  }

  private func ready(_ arrivals: Arrivals) -> [String] { arrivals.ready.map(\.name).sorted() }

  @Test func whatIsOldIsReadyAtFirstSightAndWhatIsNewAtTheSecond() {
    var arrivals = Arrivals(patience: 60)
    let old = entry("old.pt", at: Self.start - 100), new = entry("new.pt")
    #expect(arrivals.look([old, new], at: Self.start) == [])
    #expect(ready(arrivals) == ["old.pt"] && arrivals.isWaiting)
    // The same moment is no second look.
    _ = arrivals.look([old, new], at: Self.start)
    #expect(ready(arrivals) == ["old.pt"])
    _ = arrivals.look([old, new], at: Self.start + 1)
    #expect(ready(arrivals) == ["new.pt", "old.pt"] && !arrivals.isWaiting)
    arrivals.finish(old)
    arrivals.finish(new)
    _ = arrivals.look([old, new], at: Self.start + 100)
    #expect(ready(arrivals) == [] && !arrivals.isWaiting)
  }

  @Test func aGrowingFileIsWaitedFor() {
    var arrivals = Arrivals(patience: 60)
    for second in 0..<5 {
      let time = Self.start + Double(second)
      _ = arrivals.look([entry("a.pt", size: 10 + second, at: time)], at: time)
      #expect(ready(arrivals) == [])
    }
    _ = arrivals.look([entry("a.pt", size: 14, at: Self.start + 4)], at: Self.start + 5)
    #expect(ready(arrivals) == ["a.pt"])
  }

  @Test func replacedUnderItsNameItIsReadAgain() {
    var arrivals = Arrivals(patience: 60)
    let first = entry("last.pt", at: Self.start - 10)
    _ = arrivals.look([first], at: Self.start)
    arrivals.finish(first)
    // Only the number on the disk differs: the same size within the clock's resolution.
    let second = entry("last.pt", at: Self.start - 10, inode: 2)
    #expect(arrivals.isNew(second))
    _ = arrivals.look([second], at: Self.start + 1)
    #expect(arrivals.ready == [second])
    // What is finished is the content that was read, not the one that replaced it meanwhile.
    arrivals.finish(first)
    #expect(arrivals.ready == [second])
  }

  @Test func anIncompleteFileGetsPatienceAndOneMoreChance() {
    var arrivals = Arrivals(patience: 60)
    let half = entry("half.pt")
    _ = arrivals.look([half], at: Self.start)
    _ = arrivals.look([half], at: Self.start + 1)
    #expect(arrivals.isUnfinished(half, at: Self.start + 1) == true)
    #expect(ready(arrivals) == [] && arrivals.isWaiting)
    _ = arrivals.look([half], at: Self.start + 59)
    #expect(ready(arrivals) == [])
    _ = arrivals.look([half], at: Self.start + 60)
    #expect(ready(arrivals) == ["half.pt"])
    #expect(arrivals.isUnfinished(half, at: Self.start + 60) == false)
    _ = arrivals.look([half], at: Self.start + 1000)
    #expect(ready(arrivals) == [] && !arrivals.isWaiting)
    // Whoever writes on after all is heard.
    let whole = entry("half.pt", size: 20, at: Self.start + 1001)
    _ = arrivals.look([whole], at: Self.start + 1001)
    _ = arrivals.look([whole], at: Self.start + 1002)
    #expect(ready(arrivals) == ["half.pt"])
  }

  @Test func anOldBrokenFileIsGivenUpAtOnce() {
    var arrivals = Arrivals(patience: 60)
    let broken = entry("broken.pt", at: Self.start - 3600)
    _ = arrivals.look([broken], at: Self.start)
    #expect(arrivals.isUnfinished(broken, at: Self.start) == false)
    #expect(ready(arrivals) == [] && !arrivals.isWaiting)
  }

  @Test func aClockThatIsAheadDelaysNothingForEver() {
    var arrivals = Arrivals(patience: 60)
    let future = entry("a.pt", at: Self.start + 7200)
    _ = arrivals.look([future], at: Self.start)
    _ = arrivals.look([future], at: Self.start + 1)
    #expect(ready(arrivals) == ["a.pt"])
    #expect(arrivals.isUnfinished(future, at: Self.start + 1) == true)
    _ = arrivals.look([future], at: Self.start + 60)
    #expect(arrivals.isUnfinished(future, at: Self.start + 60) == false)
  }

  @Test func anEmptyFileIsOnlyTriedWhenPatienceIsOver() {
    var arrivals = Arrivals(patience: 60)
    let empty = entry("a.pt", size: 0)
    for second in [0.0, 1, 30, 59] {
      _ = arrivals.look([empty], at: Self.start + second)
      #expect(ready(arrivals) == [] && arrivals.isWaiting)
    }
    _ = arrivals.look([empty], at: Self.start + 60)
    #expect(ready(arrivals) == ["a.pt"])
    #expect(arrivals.isUnfinished(empty, at: Self.start + 60) == false)
  }

  @Test func goneBeforeItWasReadIsToldAndGoneAfterwardsIsNot() {
    var arrivals = Arrivals(patience: 60)
    let one = entry("1.pt", at: Self.start - 10), two = entry("2.pt"), three = entry("3.pt", at: Self.start - 10)
    _ = arrivals.look([one, two, three], at: Self.start)
    arrivals.finish(one)
    #expect(arrivals.look([], at: Self.start + 1) == ["2.pt", "3.pt"])
    #expect(arrivals.look([], at: Self.start + 2) == [] && !arrivals.isWaiting)
  }

  @Test func whatAnEarlierWatchMeasuredIsDone() {
    var arrivals = Arrivals(patience: 60)
    let known = entry("1.pt", at: Self.start - 10)
    arrivals.skip(known)
    _ = arrivals.look([known], at: Self.start)
    #expect(ready(arrivals) == [])
    _ = arrivals.look([entry("1.pt", size: 11, at: Self.start - 5)], at: Self.start)
    #expect(ready(arrivals) == ["1.pt"])
  }
}
