import Commands
import Events
import Foundation
import Recipe
import Testing

/// The built program, run as a person runs it.
@Suite("The program", .timeLimit(.minutes(5)))
struct ProgramTests {
  @Test("tells its version")
  func version() async throws {
    let run = try await BuiltProgram.run(["--version"])
    #expect(run == BuiltProgram.Run(status: 0, result: "dualab 0.1.0\n", error: ""))
  }

  @Test("explains every command, and help names every command")
  func help() async throws {
    let all = try await BuiltProgram.run(["--help"])
    #expect(all.status == 0)
    for command in ["lab", "train", "presets", "themes", "models", "data", "doctor"] {
      #expect(all.result.contains("  \(command) "), "\(command)")
      let run = try await BuiltProgram.run([command, "--help"])
      #expect(run.status == 0 && run.error.isEmpty, "\(command)")
      #expect(run.result.contains("USAGE: dualab \(command)"), "\(command)")
    }
  }

  @Test(
    "answers wrong usage with status 2 and one line",
    arguments: [
      (["trian"], "dualab: 'trian' is not a command; did you mean 'train'?"),
      (["train", "--preset", "false-robustnes"], "did you mean 'false-robustness'?"),
      (["--preset", "false-robustnes"], "did you mean 'false-robustness'?"),
      (["train", "--jsn"], "dualab: unknown option '--jsn'; did you mean '--json'?"),
      (["train", "--steps", "many"], "dualab COMMAND --help"),
      (["train", "--set", "eps=8/0"], "dualab: eps: '8/0' is not accepted; use a number or a fraction such as 8/255"),
      (["lab", "--set", "gamma=-1"], "dualab: gamma: '-1' is not accepted; use a number in 0 … 1"),
      (["train", "--themes-dir", "/nowhere"], "dualab: --themes-dir: '/nowhere' is not a folder; give the folder of"),
      (["presets", "list", "--suites-dir", "/nowhere"], "dualab: --suites-dir: '/nowhere' is not a folder"),
      (["doctor", "--presets-dir", "/nowhere"], "dualab: --presets-dir: '/nowhere' is not a folder"),
      (["presets", "show"], "missing expected argument"),
      (["presets", "show", "nothing-like-it-at-all"], "'dualab presets list' shows all"),
    ])
  func usage(arguments: [String], part: String) async throws {
    let run = try await BuiltProgram.run(arguments)
    #expect(run.status == 2)
    #expect(run.result == "")
    #expect(run.error.contains(part), "\(run.error)")
    #expect(run.error.hasPrefix("dualab: ") && run.error.split(separator: "\n").count == 1, "\(run.error)")
  }

  @Test("answers an unwritable folder with status 1 and one line before anything is trained")
  func unwritable() async throws {
    let run = try await BuiltProgram.run(["train", "--out", "/proc/dualab"])
    #expect(run.status == 1)
    #expect(run.error == "dualab: --out /proc/dualab: the folder cannot be written; give one that you may write to\n")
  }

  @Test("lists every setting of a preset")
  func settings() async throws {
    let run = try await BuiltProgram.run(["presets", "show", "false-robustness"])
    #expect(run.status == 0)
    let lines = run.result.split(separator: "\n").map(String.init)
    for knob in AnyKnob.all { #expect(lines.contains { $0.hasPrefix("\(knob.name) ") }, "\(knob.name)") }
  }

  @Test("lists presets, themes, models and data, and examines the machine")
  func lists() async throws {
    for (arguments, part) in [
      (["presets", "list"], "false-robustness"), (["themes", "list"], "midnight"),
      (["models", "list"], "preact-resnet18"),
      (["data", "list"], "fashion-mnist"), (["doctor"], "cores"), (["themes", "show", "midnight"], "border-focused"),
      (["presets", "check", "false-robustness"], "good"), (["themes", "check", "midnight"], "good"),
    ] {
      let run = try await BuiltProgram.run(arguments)
      #expect(run.status == 0 && run.error.isEmpty, "\(arguments): \(run.error)")
      #expect(run.result.contains(part), "\(arguments)")
    }
  }

  @Test("leaves quietly when nobody reads")
  func closedReader() async throws {
    let run = try await BuiltProgram.run(["--help"], closesResult: true)
    #expect(run.status == 141)
    #expect(run.error == "")
  }
}
