import Events
import Lab
import Panes

/// Every dialog of the catalogue, opened as a person opens it: by its key, or by what makes the lab open it.
enum Opened {
  /// A dialog that is open over a lab.
  struct Case {
    let kind: any Dialog.Type
    let lab: Lab

    var name: String { "\(kind)" }
  }

  /// One case for every way to open one of the dialogs in one of the situations of a run; at least one for every dialog
  /// that is opened by a key.
  static func all(_ options: LabOptions = LabOptions()) -> [Case] {
    var offering = options
    offering.choices = [
      RunChoice(name: "kl-cure", summary: "The cure.", lines: ["Shows: PGD-10"], next: .preset("kl-cure"))
    ]
    var over = Script.lab(to: 60, offering)
    for event in Script.ending { _ = over.handle(event) }
    over.press(.escape)
    var diverged = Script.lab(to: 300, options)
    for event in TourScript.divergence { _ = diverged.handle(event) }
    var examined = over
    examined.take(.report(heading: "Diagnosis", (0..<30).map { "line \($0)" }))
    let labs = [
      Script.lab(to: 60, options), GapScript.lab(.alarm, options), GapScript.lab(.attacking, options), over, examined,
      TourScript.lab(options), diverged,
    ]
    // The first knob is the objective; a change of it is explained first. During a tour a change of any is, and nothing
    // has to be pressed after a divergence.
    let ways: [[Key]] =
      dialogCatalogue.compactMap { $0.opening?.key.keys.first }.map { [$0] } + [
        [.home, .character("+")], [.character("+")], [.enter], [], [.character("c"), .character("["), .enter],
        [.character("?"), .character("?")], [.control("s")], [.character("v"), .escape, .character("v")],
      ]
    return labs.flatMap { lab in
      ways.compactMap { keys in
        var lab = lab
        _ = lab.frame(120, 36)
        for key in keys { _ = lab.handle(key) }
        return lab.dialog.map { Case(kind: type(of: $0), lab: lab) }
      }
    }
  }
}
