import Events
import Foundation
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
     "measures": ["clean", "pgd", "autoattack"], "abscissa": "gamma", "varied": ["gamma"], "rows": []}
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
        warnings: []), paper: PaperFigures(clean: 66.4, autoattack: 24.3)),
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

        row     seed            clean %           PGD-10 %       AutoAttack %   gap  training s  attacks s  paper: clean  attack  AutoAttack
        A, "B"     0  90.0 [59.6, 98.2]  80.0 [49.0, 94.3]  70.0 [39.7, 89.2]  10.0         2.0        3.2
                   1  80.0 [49.0, 94.3]  80.0 [49.0, 94.3]  60.0 [31.3, 83.2]  20.0         2.0        3.2
                 all  85.0 [64.0, 94.8]  80.0 [58.4, 91.9]  65.0 [43.3, 81.9]  15.0         4.0        6.5          66.4       –        24.3
        C|D        0                  –                  –                  –     –           –          –             –       –           –

        c clean, p training attack, a AutoAttack, * several at one place; percent
                0         20        40        60        80        100
        A, "B"  ·································a······p··c·······
        C|D     ···················································

        The last weights, the first 10 test images, 95 % Wilson intervals; 'all' counts each image once a seed. gap: training attack − AutoAttack, in points.
        Unfinished: '–' is not measured yet.
        warning: A, "B", seed 1: look

        """)
  }

  @Test func `Markdown and CSV keep their separators apart`() {
    let markdown = SuiteTable.markdown(result).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(markdown[0] == "**T (s, full scale)**")
    #expect(markdown[2].hasPrefix("| row | seed | clean % | PGD-10 % | AutoAttack % | gap |"))
    #expect(markdown[3].hasPrefix("| --- | ---: |"))
    #expect(markdown[7].hasPrefix("| C\\|D | 0 | – |"))
    let csv = SuiteTable.csv(result).split(separator: "\n")
    #expect(
      csv[0] == "row,seed,gamma,clean_correct,clean_n,pgd_correct,pgd_n,autoattack_correct,autoattack_n,"
        + "training_seconds,attack_seconds,run")
    #expect(csv[1] == "\"A, \"\"B\"\"\",0,0.1,9,10,8,10,7,10,2.0,3.2,r0")
    #expect(csv[3] == "C|D,0,0.5,,,,,,,,,r0")
  }

  @Test func `JSON has counts and intervals`() throws {
    let object = try JSONSerialization.jsonObject(with: Data(try SuiteTable.json(result).utf8)) as? [String: Any]
    #expect(object?["complete"] as? Bool == false && object?["scale"] as? String == "full")
    let row = (object?["rows"] as? [[String: Any]])?.first
    let pooled = row?["pooled"] as? [String: Any], attack = pooled?["autoattack"] as? [String: Any]
    #expect(
      attack?["correct"] as? Int == 13 && attack?["n"] as? Int == 20 && (attack?["interval"] as? [Double])?.count == 2)
    #expect((row?["settings"] as? [String: String]) == ["gamma": "0.1"])
    #expect((row?["paper"] as? [String: Double]) == ["clean": 66.4, "autoattack": 24.3])
  }
}
