import Diagnostics
import Events
import Foundation
import Networks
import Testing

@testable import Presets
@testable import Suites

private func cell(_ seed: Int, _ clean: Int?, _ pgd: Int?, _ full: Int?) -> SuiteResult.Cell {
  func part(_ correct: Int?) -> Proportion? { correct.map { Proportion(correct: $0, n: 10) } }
  return SuiteResult.Cell(
    seed: seed, run: "r\(seed)", clean: part(clean), pgd: part(pgd), autoattack: part(full), attack: "PGD-10",
    trainingSeconds: clean.map { _ in 2 }, attackSeconds: full.map { _ in 3.25 }, warnings: seed == 1 ? ["look"] : [])
}

private let result: SuiteResult = {
  let json = """
    {"suite": "s", "title": "T", "scale": "full", "weights": "last", "limit": 10,
     "measures": ["clean", "pgd", "autoattack"], "abscissa": "gamma", "varied": ["gamma"], "overrides": [], "rows": [],
     "paperSetting": "N on D"}
    """
  guard var result = try? JSONDecoder().decode(SuiteResult.self, from: Data(json.utf8)) else {
    preconditionFailure("the frame of a result does not decode")
  }
  result.rows = [
    .init(
      label: "A, \"B\"", settings: ["gamma": "0.1"], seeds: [cell(0, 9, 8, 7), cell(1, 8, 8, 6)],
      pooled: .init(
        seed: -1, run: "", clean: Proportion(correct: 17, n: 20), pgd: Proportion(correct: 16, n: 20),
        autoattack: Proportion(correct: 13, n: 20), attack: "PGD-10", trainingSeconds: 4, attackSeconds: 6.5,
        warnings: []), paper: PaperFigures(clean: 66.4, autoattack: 24.3, w2: [1.5, 0.5, 1.25])),
    .init(
      label: "C|D", settings: ["gamma": "0.5"], seeds: [cell(0, nil, nil, nil)], pooled: cell(-1, nil, nil, nil),
      paper: nil),
  ]
  return result
}()

@Suite struct SuiteTableTests {
  @Test func `the text has every seed, the sum, the gap, the paper's numbers, and says what is missing`() {
    #expect(
      SuiteTable.text(result)
        == """
        T (s, full scale)

        row     seed                clean               PGD-10           AutoAttack   gap  training time  attack time  paper: clean  paper: AutoAttack  paper: W2² clean–PGD  paper: W2² clean–AA  paper: W2² PGD–AA
        A, "B"     0  90.0 % [59.6, 98.2]  80.0 % [49.0, 94.3]  70.0 % [39.7, 89.2]  10.0           0:02         0:03
                   1  80.0 % [49.0, 94.3]  80.0 % [49.0, 94.3]  60.0 % [31.3, 83.2]  20.0           0:02         0:03
                 all  85.0 % [64.0, 94.8]  80.0 % [58.4, 91.9]  65.0 % [43.3, 81.9]  15.0           0:04         0:07       66.40 %            24.30 %                  1.50                0.500               1.25
        C|D        0                    –                    –                    –     –              –            –             –                  –                     –                    –                  –

        c clean, p training attack, a AutoAttack, * several in one place; in percent
                0         20        40        60        80        100
        A, "B"  ·································a······p··c·······
        C|D     ···················································

        Measured on the last weights and the first 10 test images, with 95 % Wilson intervals; 'all' counts every image once per seed. gap: training attack − AutoAttack, in percentage points.
        paper: N on D.
        Incomplete: '–' marks what is not measured yet.
        warning: A, "B", seed 1: look

        """)
  }

  @Test func `rows that different kernels computed are named`() throws {
    let fast = Provenance(version: "1", kernels: "avx2", convolution: "fast")
    var same = result
    for seed in 0...1 { same.rows[0].seeds[seed].computed = [fast] }
    #expect(same.mixture.isEmpty && SuiteTable.text(same) == SuiteTable.text(result))
    var mixed = same
    mixed.rows[1].seeds[0].computed = [fast, Provenance(version: "1", kernels: "portable", convolution: "fast")]
    let note =
      "Mixed: computed with version 1, kernels avx2, convolution fast (A, \"B\", C|D), with version 1, kernels portable, "
      + "convolution fast (C|D). On single images these can differ."
    for text in [SuiteTable.text(mixed), SuiteTable.markdown(mixed)] { #expect(text.contains(note), "\(text)") }
    let json = try SuiteTable.json(mixed)
    #expect(json.contains("\"mixed\" : true") && json.contains("\"kernels\" : \"portable\""), "\(json)")
    #expect(try SuiteTable.json(same).contains("\"mixed\" : false"))
  }

  @Test func `at lite scale the paper's numbers stand in a table of their own`() throws {
    var lite = result
    lite.scale = .lite
    let text = SuiteTable.text(lite)
    #expect(!text.contains("paper: clean"))
    #expect(
      text.contains(
        """
        The paper's numbers, for another task (N on D): compare which row is higher, not how high it is.

        row       clean  AutoAttack  W2² clean–PGD  W2² clean–AA  W2² PGD–AA
        A, "B"  66.40 %     24.30 %           1.50         0.500        1.25

        Measured on
        """))
    #expect(SuiteTable.markdown(lite).contains("| row | clean | AutoAttack |"))
    // With other settings at full scale it is not the paper's task either.
    var other = result
    other.overrides = try JSONDecoder().decode(
      [SuiteOverride].self, from: Data(#"[{"name": "steps", "value": "20"}]"#.utf8))
    #expect(!SuiteTable.text(other).contains("paper: clean"))
    #expect(SuiteTable.text(other).contains("The paper's numbers, for other settings (N on D): compare"))
    lite.rows[0].paper = nil
    #expect(!SuiteTable.text(lite).contains("paper"))
    #expect(!SuiteTable.markdown(lite).contains("paper"))
  }

  @Test func `the gap follows from both accuracies, or stands alone`() {
    var full = result
    full.rows[0].paper = PaperFigures(clean: 90, pgd: 33.11, autoattack: 3.7)
    full.rows[1].paper = PaperFigures(gap: 27.48)
    let lines = SuiteTable.text(full).split(separator: "\n").map(String.init)
    #expect(lines[1].hasSuffix("paper: clean  paper: attack  paper: AutoAttack  paper: gap"))
    #expect(lines[4].hasSuffix("90.00 %        33.11 %             3.70 %       29.41"))
    #expect(lines[5].hasSuffix("–              –                  –       27.48"))
  }

  @Test func `Markdown and CSV keep their separators apart`() {
    let markdown = SuiteTable.markdown(result).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(markdown[0] == "**T (s, full scale)**")
    #expect(markdown[2].hasPrefix("| row | seed | clean | PGD-10 | AutoAttack | gap |"))
    #expect(markdown[3].hasPrefix("| --- | ---: |"))
    #expect(markdown[7].hasPrefix("| C\\|D | 0 | – |"))
    let csv = SuiteTable.csv(result).split(separator: "\n")
    #expect(
      csv[0] == "row,seed,gamma,by_hand,clean_correct,clean_n,pgd_correct,pgd_n,autoattack_correct,autoattack_n,"
        + "training_seconds,attack_seconds,run")
    #expect(csv[1] == "\"A, \"\"B\"\"\",0,0.1,,9,10,8,10,7,10,2.0,3.2,r0")
    #expect(csv[3] == "C|D,0,0.5,,,,,,,,,,r0")
  }

  @Test func `JSON has counts and intervals`() throws {
    let object = try JSONSerialization.jsonObject(with: Data(try SuiteTable.json(result).utf8)) as? [String: Any]
    #expect(object?["complete"] as? Bool == false && object?["scale"] as? String == "full")
    let row = (object?["rows"] as? [[String: Any]])?.first
    let pooled = row?["pooled"] as? [String: Any], attack = pooled?["autoattack"] as? [String: Any]
    #expect(
      attack?["correct"] as? Int == 13 && attack?["n"] as? Int == 20 && (attack?["interval"] as? [Double])?.count == 2)
    #expect((row?["settings"] as? [String: String]) == ["gamma": "0.1"])
    #expect((row?["paper"] as? [String: Any])?["clean"] as? Double == 66.4)
    #expect((row?["paper"] as? [String: Any])?["w2"] as? [Double] == [1.5, 0.5, 1.25])
  }

  @Test func `what was given by hand stands in every form`() throws {
    var changed = result
    changed.overrides = [.init(name: "steps", value: "20"), .init(name: "limit", value: "10")]
    let text = SuiteTable.text(changed)
    #expect(text.hasPrefix("T (s, full scale)\noverridden: steps=20 limit=10\n\nrow "))
    let markdown = SuiteTable.markdown(changed)
    #expect(markdown.hasPrefix("**T (s, full scale)**\n\noverridden: `steps=20 limit=10`\n\n| row |"))
    let csv = SuiteTable.csv(changed).split(separator: "\n")
    #expect(csv[1].hasPrefix("\"A, \"\"B\"\"\",0,0.1,steps=20 limit=10,9,"))
    #expect(csv[3].hasPrefix("C|D,0,0.5,steps=20 limit=10,"))
    let object = try JSONSerialization.jsonObject(with: Data(try SuiteTable.json(changed).utf8)) as? [String: Any]
    #expect(object?["by_hand"] as? [String: String] == ["steps": "20", "limit": "10"])
    let inside = try insideResult()
    changed.rows = inside.rows
    changed.measures = inside.measures
    for document in SuitePictures.documents(changed) {
      let lines = document.text.split(separator: "\n")
      #expect(lines[0].hasSuffix(",by_hand") && lines.dropFirst().allSatisfy { $0.hasSuffix(",steps=20 limit=10") })
    }
  }

  /// One row with everything that is measured inside.
  private func insideResult() throws -> SuiteResult {
    var inside = result
    inside.abscissa = nil
    inside.measures = [.clean, .pgd, .autoattack, .w2, .scatter, .running]
    inside.rows.removeLast()
    let near = LayerDistances(layers: [0.25, 1]), far = LayerDistances(layers: [2, 10.5])
    func distances() throws -> DomainDistances {
      func moments(_ mean: Double) -> [ChannelMoments] { [ChannelMoments(mean: [mean], variance: [1])] }
      return DomainDistances(clean: moments(0), pgd: moments(2), aa: moments(-1), images: 5)
    }
    let picture = ScatterRecord.Layer(
      name: "n2", explained: [0.5, 0.25], clean: [[0, 0], [2, 0]], pgd: [[0, 4], [2, 4]], aa: [[0, 0], [2, 4]])
    for place in inside.rows[0].seeds.indices {
      let distances = DistanceRecord(layers: ["n1"], asReturned: try distances(), brokenOnly: nil)
      let scatter = ScatterRecord(layers: [picture])
      let running = RunningRecord(
        layers: ["n1", "n2"],
        points: [
          .init(step: 10, clean: near, adversarial: nil), .init(step: 20, clean: far, adversarial: near),
          .init(step: 30, clean: near, adversarial: near),
        ])
      inside.rows[0].seeds[place].distances = distances
      inside.rows[0].seeds[place].scatter = scatter
      inside.rows[0].seeds[place].running = running
      inside.rows[0].seeds[place].numbers = Dictionary(
        uniqueKeysWithValues: [distances.numbers, scatter.numbers, running.numbers].joined().map { ($0.rawValue, $1) })
    }
    return inside
  }

  @Test func `numbers are the sums, the centers' distance in deviations, and median, largest and last`() throws {
    let numbers = try insideResult().rows[0].seeds[0].numbers
    // Two centers 4 apart; variance 1 along x, 0 along y: ½ on the mean. (2, 4) and (0, 0): variance 2.5, center (1,
    // 2).
    let between = 4 / 0.5.squareRoot(), half = 2 / 1.5.squareRoot()
    for (name, value) in [
      ("w2_clean_pgd", 4), ("w2_clean_aa", 1), ("w2_pgd_aa", 9), ("explained_1", 0.5), ("explained_2", 0.25),
      ("separation_clean_pgd", between), ("separation_clean_aa", half), ("separation_pgd_aa", half),
      ("running_clean_median", 1.25), ("running_clean_largest", 12.5), ("running_clean_last", 1.25),
      ("running_adversarial_median", 1.25), ("running_adversarial_largest", 1.25),
      ("running_adversarial_last", 1.25),
    ] {
      let found = try #require(numbers[name])
      #expect(abs(found - value) < 1e-9, "\(name): \(found) for \(value)")
    }
    #expect(numbers.count == 14)
  }

  @Test func `numbers have columns, points and curves pictures and files`() throws {
    let inside = try insideResult(), text = SuiteTable.text(inside), csv = SuiteTable.csv(inside).split(separator: "\n")
    let head = try #require(SuiteTable.markdown(inside).split(separator: "\n").dropFirst().first)
    #expect(
      head.contains(
        "| gap | W2² clean–PGD | W2² clean–AA | W2² PGD–AA | PC1 | PC2 | apart: clean–PGD | apart: clean–AA |"))
    #expect(head.contains("| clean–running: last | adversarial–running: median | adversarial–running: largest |"))
    let first = try #require(text.split(separator: "\n").first { $0.hasPrefix("A, \"B\"") })
    let expected = [
      "10.0", "4.00", "1.00", "9.00", "0.500", "0.250", "5.66", "1.63", "1.63", "1.25", "12.5", "1.25", "1.25", "1.25",
      "1.25", "0:02", "0:03",
    ]
    let cells = first.split(separator: " ").map(String.init)
    #expect(Array(cells.suffix(expected.count)) == expected)
    #expect(
      text.contains("\nA, \"B\", seed 0, inputs of n2: c clean, p training attack, a AutoAttack, * a tie\n")
    )
    let picture = text.split(separator: "\n").filter { $0.hasPrefix("|") }.map(String.init)
    #expect(picture.count == 16 && picture.first == "|p" + String(repeating: " ", count: 62) + "*")
    #expect(picture.last == "|*" + String(repeating: " ", count: 62) + "c")
    #expect(text.contains("\nA, \"B\", seed 0, clean        ▁█▁\nA, \"B\", seed 0, adversarial  ▁▁\n"))

    #expect(csv[0].contains(",autoattack_n,w2_clean_pgd,w2_clean_aa,w2_pgd_aa,w2_broken_clean_pgd,"))
    #expect(csv[1].contains(",7,10,4,1,9,,,,0.5,0.25,5.65685,"))
    let documents = SuitePictures.documents(inside)
    #expect(documents.map(\.name) == ["scatter", "running"] && SuitePictures.documents(result).isEmpty)
    let points = documents[0].text.split(separator: "\n"), curves = documents[1].text.split(separator: "\n")
    #expect(points.count == 1 + 2 * 6 && points[4] == "\"A, \"\"B\"\"\",0,n2,pgd,1,2,4,")
    #expect(curves.count == 1 + 2 * 3 * 3 && curves[1].hasSuffix(",0,10,sum,1.25,,"))
    #expect(curves[6].hasSuffix(",0,20,n2,10.5,1,"))

    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let document = try decoder.decode(Document.self, from: Data(try SuiteTable.json(inside).utf8))
    let seed = try #require(document.rows.first?.seeds.first)
    #expect(seed.numbers["w2_pgd_aa"] == 9)
    #expect(seed.scatter.map(\.layer) == ["n2"] && abs(seed.scatter[0].separationPgdAa - 1.633) < 1e-3)
    #expect(seed.w2.asReturned.cleanPgd.sum == 4 && seed.w2.asReturned.cleanPgd.layers == [4])
    #expect(seed.running.points.map(\.step) == [10, 20, 30] && seed.running.points[1].clean?.sum == 12.5)
  }

  /// The parts of the JSON that are looked at.
  private struct Document: Decodable {
    struct Row: Decodable { let seeds: [Seed] }
    struct Seed: Decodable {
      let numbers: [String: Double]
      let scatter: [Plane]
      let w2: Distances
      let running: RunningRecord
    }
    struct Plane: Decodable {
      let layer: String
      let separationPgdAa: Double
    }
    struct Distances: Decodable { let asReturned: Pairs }
    struct Pairs: Decodable { let cleanPgd: LayerDistances }
    let rows: [Row]
  }
}
