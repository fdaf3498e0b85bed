import Events
import Readout
import Spelling
import Testing

/// One notation for a number per medium.
@Suite struct NumbersTests {
  @Test func numbersHaveAPointAndNoLocale() {
    #expect(NumberText.fixed(0.5, digits: 2) == "0.50")
    #expect(NumberText.fixed(-0.001, digits: 2) == "0.00")
    #expect(NumberText.fixed(.nan, digits: 2) == "nan")
    #expect(
      [1.3149, 0.0612, 12.3, 123.4, 0, 2.4e-5, 9.99e9, -0.5].map(NumberText.short)
        == ["1.31", "0.0612", "12.3", "123", "0", "2.4e-5", "1e10", "-0.500"])
    #expect([0, 0.984, 1].map(NumberText.share) == [".00", ".98", "1.00"])
    #expect([0, 0.6644, 1].map { NumberText.percent($0) } == ["0.0 %", "66.4 %", "100.0 %"])
    #expect(NumberText.percent(0.555, digits: 0) == "56 %")
    #expect([0, 7, 1840, 1_234_567, -1840].map(NumberText.grouped) == ["0", "7", "1 840", "1 234 567", "-1 840"])
  }

  @Test func everySecondOfThreeHoursIsADuration() {
    for second in 0..<3 * 3600 {
      let parts = NumberText.duration(Double(second)).split(separator: ":").compactMap { Int($0) }
      #expect(parts.count == (second < 3600 ? 2 : 3) && parts.reduce(0) { $0 * 60 + $1 } == second)
    }
    #expect([7.4, 59.5, 11_105, .infinity, -1].map(NumberText.duration) == ["0:07", "1:00", "3:05:05", "–", "–"])
  }

  @Test func onlyOneIsSingular() {
    for number in 0...30 {
      #expect(NumberText.count(number, "image") == "\(number) image" + (number == 1 ? "" : "s"))
      #expect(
        NumberText.count(number, "entry", plural: "entries") == "\(number) " + (number == 1 ? "entry" : "entries"))
    }
  }

  @Test func everyAccuracyOfUpTo40ImagesIsWrittenTheSameWay() throws {
    let screen = /^(?<value>1\.00|\.\d\d) ±(?<half>\.\d\d)$/
    let table = /^(?<value>\d{1,3}\.\d) % \[(?<lower>\d{1,3}\.\d), (?<upper>\d{1,3}\.\d)\]$/
    for n in 1...40 {
      for correct in 0...n {
        let accuracy = Proportion(correct: correct, n: n), interval = accuracy.interval
        let short = try #require(try screen.wholeMatch(in: Notation.screen.accuracy(accuracy)))
        let long = try #require(try table.wholeMatch(in: Notation.table.accuracy(accuracy)))
        let half = try #require(Double("0\(short.half)"))
        #expect(abs(half - (interval.upperBound - interval.lowerBound) / 2) <= 0.005 + 1e-9)
        let value = try #require(Double("0\(short.value)"))
        #expect(abs(value - accuracy.value) <= 0.005 + 1e-9)
        for (text, value) in [
          (long.value, accuracy.value), (long.lower, interval.lowerBound), (long.upper, interval.upperBound),
        ] {
          let written = try #require(Double(text))
          #expect(abs(written - value * 100) <= 0.05 + 1e-9)
        }
      }
    }
  }

  @Test func gapsCarryBothEndsOfTheirInterval() {
    let gap = reading(.quick, n: 128, survivors: 80, broken: 51)
    #expect(Notation.screen.gap(gap) == ".40 [.32, .49]")
    #expect(Notation.table.gap(gap) == "39.8 % [31.8, 48.5]")
    for notation in Notation.allCases { #expect(notation.gap(gap).hasPrefix(notation.share(gap.gap))) }
  }

  /// Every table of two rows and three columns with texts of up to three characters.
  @Test func everySmallTableIsAligned() {
    let texts = (0...3).map { String(repeating: "x", count: $0) }
    for first in texts {
      for second in texts {
        for third in texts {
          let rows = [["a", "b", "ccc"], [first, second, third]]
          for alignment in Listing.Alignment.allCases {
            let padded = Listing.padded(rows, alignment)
            for column in 0..<3 { #expect(padded[0][column].count == padded[1][column].count) }
            for (row, texts) in padded.enumerated() {
              for (column, text) in texts.enumerated() {
                let isLeft = alignment == .left || column == 0
                #expect(isLeft ? text.hasPrefix(rows[row][column]) : text.hasSuffix(rows[row][column]))
                #expect(text.count == max(rows[0][column].count, rows[1][column].count))
              }
            }
            for line in Listing.lines(rows, alignment) { #expect(line.last != " ") }
          }
        }
      }
    }
    #expect(Listing.table([["a", "1"], ["bb", "10"], ["c"]]) == ["a    1", "bb  10", "c"])
    #expect(Listing.text([["W2²", "x"], ["a", "y"]]) == "W2²  x\na    y\n")
    #expect(Listing.text([]).isEmpty)
  }

  @Test(arguments: [120, 80, 60, 40, 24]) func `tables fit the terminal and lose no number`(columns: Int) {
    let head = ["layer"] + (0..<12).map { "distance \($0)" }
    let rows = (0..<3).map { row in ["layer\(row).0.bn1"] + (0..<12).map { "\(100 * row + $0).5" } }
    let lines = Listing.table([head] + rows, columns: columns)
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines)")
    for text in head + rows.flatMap(\.self) where text.count <= columns / 2 - 2 {
      #expect(lines.contains { $0.contains(text) }, "\(text)")
    }
    let words = [["resnet", "a network of many words that goes on and on until no line has room for it"]]
    let list = Listing.text(words + [["preact-resnet18", "short"]], columns: columns).split(separator: "\n")
    #expect(list.allSatisfy { $0.count <= columns } && list.joined(separator: " ").contains("room"), "\(list)")
  }

  @Test func `a table that fits stays as it is`() {
    let rows = [["a", "1"], ["bb", "10"]]
    #expect(Listing.table(rows, columns: 80) == Listing.table(rows))
    #expect(Listing.text(rows, columns: 80) == Listing.text(rows))
    #expect(
      Listing.table([["row", "first", "second"], ["x", "1", "2"]], columns: 12) == [
        "row  first", "x        1", "", "row  second", "x         2",
      ])
  }
}
