import Foundation
import Plotting
import Testing

@Suite struct ChartTests {
  private func history(_ values: [Double]) -> History {
    var history = History()
    for (index, value) in values.enumerated() { history.append(x: Double(index), y: value) }
    return history
  }

  private func line(_ values: [Double], _ role: Theme.Role = .clean, _ glyph: Unicode.Scalar = "∘") -> Chart.Line {
    Chart.Line(history(values), role: role, glyph: glyph, label: "clean 0.5", shortLabel: "0.5")
  }

  private func draw(_ chart: Chart, _ width: Int, _ height: Int, _ symbols: Symbols = .braille) -> CellBuffer {
    var buffer = CellBuffer(width: width, height: height)
    chart.draw(into: &buffer, in: buffer.bounds, theme: .mono, symbols: symbols)
    return buffer
  }

  private var full: Chart {
    Chart(
      lines: [
        Chart.Line(background: history([3, 1, 4, 1, 5])), line([1, .nan, 2, -1, 3], .adversarial, "×"),
        Chart.Line(
          history([1, 2]), role: .kl, glyph: "+", label: "KL 2", shortLabel: "2",
          interval: (history([0, 1]), history([2, 3]))),
      ],
      marks: [Chart.Mark(x: 2, label: "γ 0.1→0.5"), Chart.Mark(x: 99, label: "late")])
  }

  @Test func everySizeInEveryLadderStaysInItsRectangle() {
    for symbols in Symbols.allCases {
      for chart in [full, Chart(lines: []), Chart(lines: [line([1])], wantsLogarithmic: true)] {
        for width in Array(0...9) + [13, 20, 21, 30, 44] {
          for height in 0...9 {
            var buffer = CellBuffer(width: width + 6, height: height + 4)
            let rect = Rect(x: 3, y: 2, width: width, height: height)
            buffer.fill(buffer.bounds, with: Cell("§"))
            buffer.fill(rect, with: Cell())
            chart.draw(into: &buffer, in: rect, theme: .mono, symbols: symbols)
            for y in 0..<buffer.height {
              for x in 0..<buffer.width where x < 3 || y < 2 || x >= 3 + width || y >= 2 + height {
                #expect(buffer[x, y].scalar == "§", "\(width)×\(height)")
              }
            }
          }
        }
      }
    }
  }

  @Test func aStraightLineLooksLikeOne() {
    let chart = Chart(lines: [line((0...40).map(Double.init))], fixedY: 0...40)
    let rows = draw(chart, 40, 6).text.split(separator: "\n").map { row in
      String(row.reversed().drop { $0 == " " }.reversed())
    }
    #expect(
      rows == [
        "40                     ⣀⡠⠔⠒⠉∘ clean 0.5",
        "                  ⣀⡠⠔⠒∘",
        "20          ⢀⣀⠤⠤⠒⠉",
        "        ⣀⠤⠒⠊⠁",
        " 0 ⣀⠤⠔∘⠉",
        "   0           20          40 step",
      ])
  }

  @Test func aGapIsNotBridged() {
    let whole = draw(Chart(lines: [Chart.Line(background: history([0, 0, 0, 0, 0]))]), 9, 1, .ascii).text
    let gap = draw(Chart(lines: [Chart.Line(background: history([0, 0, .nan, 0, 0]))]), 9, 1, .ascii).text
    #expect(whole == ".........")
    #expect(gap == "...   ...")
  }

  @Test func aLaterLineCoversAnEarlierOne() {
    let chart = Chart(lines: [line([1, 1], .adversarial, "×"), line([1, 1], .clean, "∘")], fixedY: 0...2)
    let theme = Theme(name: "two", styles: [.adversarial: Style(.palette(1)), .clean: Style(.palette(2))])
    var buffer = CellBuffer(width: 8, height: 3)
    chart.draw(into: &buffer, in: buffer.bounds, theme: theme, symbols: .braille)
    let colours = Set((0..<8).map { buffer[$0, 1].style.foreground })
    #expect(colours == [.palette(2)])
  }

  @Test func aLogarithmicAxisIsRefusedInWordsWhenNothingIsPositive() {
    let refused = Chart(lines: [line([0, -1])], wantsLogarithmic: true)
    #expect(!refused.yScale.isLogarithmic)
    #expect(refused.caveat == "no log y: nothing is positive")
    let partly = Chart(lines: [line([0, -1, 1])], wantsLogarithmic: true)
    #expect(partly.yScale.isLogarithmic)
    #expect(partly.caveat == "2 ≤ 0 not shown")
    #expect(Chart(lines: [line([1, .nan, .infinity])]).caveat == "2 not finite")
    #expect(Chart(lines: [line([1, 2])], wantsLogarithmic: true).caveat == "")
  }

  @Test func linearAxesHoldZeroAndAllFiniteValues() {
    #expect(Chart(lines: [line([2, 3, .infinity])]).yScale == Scale(0...3))
    #expect(Chart(lines: [line([-2, -1])]).yScale == Scale(-2...0))
  }

  @Test func endLabelsNeverShareARow() {
    for height in 1...9 {
      for count in 1...6 {
        let lines = (0..<count).map { index in
          Chart.Line(history([0, 1]), role: .clean, glyph: "∘", label: "name\(index)", shortLabel: "\(index)")
        }
        let text = draw(Chart(lines: lines), 40, height).text
        let shown = (0..<count).filter { text.contains("name\($0)") }
        let plotHeight = height >= 4 ? height - 1 : height
        #expect(shown.count == min(count, plotHeight))
        #expect(shown.last == count - 1)
      }
    }
  }

  @Test func marksStandAtTheirStepAndSayWhatWasDone() {
    let chart = Chart(lines: [line([Double](repeating: 0, count: 41))], marks: [Chart.Mark(x: 20, label: "m1")])
    let rows = draw(chart, 40, 6).text.split(separator: "\n").map(Array.init)
    let column = rows[0].firstIndex(of: "┊")
    #expect(column != nil)
    #expect(rows.prefix(4).allSatisfy { $0.firstIndex(of: "┊") == column })
    #expect(String(rows[0]).contains("┊m1"))
  }

  @Test func theLegendSaysWhatTheMarksAreAndKeepsTheLatest() {
    let texts = ["γ 0.5→0.1", "▲ alarm", "β 0→1"]
    let marks = texts.enumerated().map { Chart.Mark(x: Double(10 + $0), label: "m\($0 + 1)", text: $1) }
    let chart = Chart(lines: [line([Double](repeating: 0, count: 41))], marks: marks)
    let last = { (width: Int, height: Int) in
      draw(chart, width, height).text.split(separator: "\n").last.map {
        $0.split(separator: " ").joined(separator: " ")
      }
    }
    #expect(last(50, 8) == "m1 γ 0.5→0.1 m2 ▲ alarm m3 β 0→1")
    #expect(last(24, 8) == "m2 ▲ alarm m3 β 0→1")
    #expect(last(6, 8) == "m3 β …")
    // Where rows are few, the lines have them.
    #expect(last(50, 7)?.contains("m1") == false)
    // Marks next to each other keep their numbers.
    let text = draw(chart, 50, 8).text
    for number in 1...3 { #expect(text.components(separatedBy: "m\(number)").count == 3, "m\(number)") }
  }

  @Test func withoutValuesTheChartSaysSo() {
    #expect(draw(Chart(lines: [], emptyText: "waiting"), 11, 3).text == "           \n  waiting  \n           ")
  }
}
