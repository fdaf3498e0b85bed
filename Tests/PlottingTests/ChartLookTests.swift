import Foundation
import Plotting
import Testing

/// Charts that are zoomed, read by a crosshair, on other axes.
@Suite struct ChartLookTests {
  private func history(_ values: [Double], every: Double = 1) -> History {
    var history = History()
    for (index, value) in values.enumerated() { history.append(x: Double(index) * every, y: value) }
    return history
  }

  private func line(
    _ values: [Double], _ name: String = "a", _ glyph: Unicode.Scalar = "∘", every: Double = 1
  ) -> Chart.Line {
    Chart.Line(
      history(values, every: every), role: .clean, glyph: glyph, label: "\(name) end", shortLabel: "end",
      reading: { "\(name) \($0)" })
  }

  private func view(_ last: Double, _ change: (inout ChartView) -> Void) -> ChartView {
    var view = ChartView()
    view.reach(last)
    change(&view)
    return view
  }

  private func rows(_ chart: Chart, _ width: Int = 60, _ height: Int = 10, _ symbols: Symbols = .braille) -> [String] {
    var buffer = CellBuffer(width: width, height: height)
    chart.draw(into: &buffer, in: buffer.bounds, theme: .mono, symbols: symbols)
    return buffer.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func theCrosshairReadsEveryLineAtItsStepAndSaysWhereSparseValuesAreFrom() {
    let view = view(100) {
      $0.toggleCrosshair()
      $0.putCrosshair(at: 40)
    }
    let chart = Chart(
      lines: [line((0...100).map(Double.init), "loss"), line([0, 25, 50, 75], "acc", "×", every: 25)], view: view)
    let text = rows(chart).joined(separator: "\n")
    #expect(text.contains("loss 40.0") && text.contains("acc 50.0 @50") && text.contains(" step 40 "))
    #expect(!text.contains("end"))
  }

  @Test func labelsAreInTheOrderOfTheirValuesAndNeverShareARow() {
    // Every order of four values that are so close that their rows are the same.
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
      let lines = order.map { line([0.5, 0.5 + Double($0) * 1e-3], "v\($0)") }
      let text = rows(Chart(lines: lines, fixedY: 0...1)).joined(separator: "\n")
      let places = (0...3).compactMap { text.range(of: "v\($0)")?.lowerBound }
      #expect(places.count == 4 && places == places.sorted(by: >), "\(order)")
    }
  }

  @Test func zoomedChartsShowTheirStepsOnTheWholeWidth() {
    let values = (0...1000).map { Double($0 % 2) }
    let zoomed = view(1000) {
      $0.toggleCrosshair()
      $0.putCrosshair(at: 100)
      for _ in 0..<4 { $0.zoomIn() }
    }
    let chart = Chart(lines: [line(values)], view: zoomed)
    #expect(chart.xScale.upper - chart.xScale.lower < 70)
    let first = rows(chart)[0]
    #expect(first.unicodeScalars.filter { (0x2800...0x28FF).contains($0.value) }.count >= 30)
    #expect(chart.yScale == Scale(0...1))
  }

  @Test func aLineThatLeavesTheWindowGoesOnToTheEdge() {
    let zoomed = view(100) { $0.zoomIn() }
    // Values every 40 steps: the window 50…100 has one of them.
    let chart = Chart(lines: [Chart.Line(background: history([1, 1, 1, 1], every: 40))], fixedY: 0...2, view: zoomed)
    let row = rows(chart, 40, 5).first { $0.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) } } ?? ""
    #expect(row.unicodeScalars.filter { (0x2801...0x28FF).contains($0.value) }.count >= 38)
  }

  @Test func aLogarithmicXAxisGivesDecadesEqualWidth() throws {
    let chart = Chart(
      lines: [line((0...1000).map(Double.init), "accuracy")], view: view(1000) { $0.axis.isLogarithmic = true })
    #expect(chart.xScale.isLogarithmic && chart.xScale.lower == 1 && chart.xScale.upper == 1000)
    #expect(abs(try #require(chart.xScale.place(10)) - 1.0 / 3) < 1e-9)
    #expect(rows(chart).last.map { $0.contains("1 ") && $0.contains("10 ") && $0.contains("100 ") } == true)
  }

  @Test func epochsAndTimeNameTheSameSteps() {
    var epochs = view(400) { $0.axis.unit = .epoch }
    epochs.axis.stepsPerEpoch = 100
    #expect(Chart(lines: [line((0...400).map(Double.init))], view: epochs).xScale == Scale(0...4))
    var time = view(400) { $0.axis.unit = .time }
    for step in 1...400 { time.axis.clock.add(step: Double(step), seconds: 0.25) }
    let chart = Chart(lines: [line((0...400).map(Double.init))], view: time)
    #expect(chart.xScale == Scale(0...100))
    #expect(rows(chart).last?.contains(" s") == true)
  }

  @Test func intervalsAreBarsWithEndsThatNothingElseHas() {
    let interval = (lower: history([0.1, 0.1]), upper: history([0.9, 0.9]))
    let with = Chart(
      lines: [
        Chart.Line(background: history((0...20).map { Double($0 % 2) }.map { $0 / 2 + 0.25 })),
        Chart.Line(
          history([0.5, 0.5]), role: .clean, glyph: "∘", label: "a", shortLabel: "a", interval: interval),
      ], fixedY: 0...1)
    let text = rows(with).joined()
    #expect(text.contains("┬") && text.contains("┴"))
    let batches = Chart(lines: [Chart.Line(background: history((0...20).map { Double($0 % 2) }))], fixedY: 0...1)
    #expect(!rows(batches).joined().contains("┬"))
  }

  @Test func aKeptCheckpointHasASignAtTheFootOfItsMark() {
    let chart = Chart(
      lines: [line((0...40).map(Double.init))],
      marks: [Chart.Mark(x: 20, label: "m1"), Chart.Mark(x: 30, label: "m2", isKept: true)])
    let all = rows(chart).joined()
    #expect(all.unicodeScalars.filter { $0 == "■" }.count == 1)
  }

  @Test func whatIsDrawnOfAHundredThousandStepsHasEveryExtreme() {
    var history = History(capacity: 4096)
    for index in 0..<100_000 { history.append(x: Double(index), y: index % 9973 == 5 ? 9 : sin(Double(index) / 3e3)) }
    let chart = Chart(lines: [Chart.Line(background: history)])
    let top = rows(chart, 100, 20)[0...2].joined()
    let spikes = Set(
      top.enumerated().filter { (0x2801...0x28FF).contains($0.1.unicodeScalars.first?.value ?? 0) }.map { $0.0 % 100 })
    #expect(spikes.count >= 10 && spikes.count <= 24)
  }

  @Test func everyViewOfEveryChartDrawsInsideEverySize() {
    let lines = [line((0...100).map(Double.init)), line([.nan, 1, .infinity, -3], "b", "×", every: 30)]
    for unit in XAxis.Unit.allCases {
      for isLogarithmic in [false, true] {
        for zooms in [0, 2] {
          var view = view(100) {
            $0.toggleCrosshair()
            $0.putCrosshair(at: 33)
            for _ in 0..<zooms { $0.zoomIn() }
          }
          view.axis.unit = unit
          view.axis.isLogarithmic = isLogarithmic
          let chart = Chart(lines: lines, marks: [Chart.Mark(x: 33, label: "m1", text: "x")], view: view)
          for width in 0...12 { for height in 0...12 { #expect(rows(chart, width, height).count >= 1) } }
          #expect(rows(chart, 70, 12).count == 12)
        }
      }
    }
  }
}
