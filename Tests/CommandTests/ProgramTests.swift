import Events
import Foundation
import Recipe
import Testing

@testable import Commands

/// The built program, run as a user runs it.
@Suite(.timeLimit(.minutes(5))) struct ProgramTests {
  @Test func versionIsPrinted() async throws {
    let run = try await BuiltProgram.run(["--version"])
    #expect(run == BuiltProgram.Run(status: 0, result: "dualab 0.1.0\n", error: ""))
  }

  @Test func helpExplainsEveryCommand() async throws {
    let all = try await BuiltProgram.run(["--help"])
    #expect(all.status == 0)
    for command in DualabCommand.configuration.subcommands.compactMap({ $0.configuration.commandName }) {
      #expect(all.result.contains("\n  \(command) "), "\(command)")
      for arguments in [[command, "--help"], ["help", command]] {
        let run = try await BuiltProgram.run(arguments)
        #expect(run.status == 0 && run.error.isEmpty, "\(arguments)")
        #expect(run.result.contains("USAGE: dualab \(command)"), "\(arguments)")
      }
    }
  }

  @Test(arguments: [
    (["trian"], "dualab: 'trian' is not a command of 'dualab'; did you mean 'train'?"),
    (["train", "--preset", "false-robustnes"], "did you mean 'false-robustness'?"),
    (["--preset", "false-robustnes"], "did you mean 'false-robustness'?"),
    (["train", "--jsn"], "dualab: unknown option '--jsn'; did you mean '--json'?"),
    (["train", "--steps", "many"], "dualab COMMAND --help"),
    (["train", "--set", "eps=8/0"], "dualab: eps: '8/0' is not accepted; use a number or a fraction such as 8/255"),
    (["lab", "--set", "gamma=-1"], "dualab: gamma: '-1' is not accepted; use a number in 0 … 1"),
    (["train", "--themes-dir", "/nowhere"], "dualab: --themes-dir: '/nowhere' is not a folder; use the folder with"),
    (["presets", "list", "--suites-dir", "/nowhere"], "dualab: --suites-dir: '/nowhere' is not a folder"),
    (["doctor", "--presets-dir", "/nowhere"], "dualab: --presets-dir: '/nowhere' is not a folder"),
    (["presets", "show"], "missing expected argument '<preset>'"),
    (["presets", "check", "nothing-like-it-at-all"], "'dualab presets list' lists all presets"),
    (["themes", "show", "midnite"], "did you mean 'midnight'?"),
    (["lab", "--theme", "midnite"], "did you mean 'midnight'?"),
    (["lab", "--symbols", "runes"], "the value 'runes' is invalid for '--symbols <symbols>'"),
    (["suite", "show", "table11"], "did you mean 'table1'?"),
    (["train", "--threads", "0"], "dualab: --threads 0: use a whole number in 1 … 1024"),
    (["train", "--on-alarm", "no-such-program"], "dualab: --on-alarm no-such-program: no such program; use its path"),
    (["train", "--at", "5:width=8"], "dualab: --at 5:width=8: width cannot change during a run; use --set"),
    (["convert", "--out", "x"], "use either --checkpoint FILE or --weights FILE"),
    (["help", "trian"], "dualab: 'trian' is not a command of 'dualab'; did you mean 'train'?"),
    (["presets", "lst"], "dualab: 'lst' is not a command of 'dualab presets'; did you mean 'list'?"),
    (["help", "suite", "tables"], "is not a command of 'dualab suite'; use one of list, show, run"),
    (["presets", "show", "nothing-like-it-at-all"], "'dualab presets list' lists all presets"),
  ])
  func wrongUsageIsOneLineAndStatus2(arguments: [String], part: String) async throws {
    let run = try await BuiltProgram.run(arguments)
    #expect(run.status == 2)
    #expect(run.result == "")
    #expect(run.error.contains(part), "\(run.error)")
    #expect(run.error.hasPrefix("dualab: ") && run.errorLines.count == 1, "\(run.error)")
  }

  @Test func anUnwritableFolderIsReportedBeforeTraining() async throws {
    let run = try await BuiltProgram.run(["train", "--out", "/proc/dualab"])
    #expect(run.status == 1)
    #expect(run.error == "dualab: --out /proc/dualab: cannot write to the folder; use one you can write to\n")
  }

  @Test func presetsShowListsEverySetting() async throws {
    let run = try await BuiltProgram.run(["presets", "show", "false-robustness"])
    #expect(run.status == 0)
    let lines = run.result.split(separator: "\n").map(String.init)
    for knob in AnyKnob.all { #expect(lines.contains { $0.hasPrefix("\(knob.name) ") }, "\(knob.name)") }
  }

  @Test func listsPrintWhatThereIs() async throws {
    for (arguments, part) in [
      (["presets", "list"], "false-robustness"), (["themes", "list"], "midnight"),
      (["models", "list"], "preact-resnet18"),
      (["data", "list"], "fashion-mnist"), (["doctor"], "cores"), (["themes", "show", "midnight"], "border-focused"),
      (["presets", "check", "false-robustness"], "OK"), (["themes", "check", "midnight"], "OK"),
    ] {
      let run = try await BuiltProgram.run(arguments)
      #expect(run.status == 0 && run.error.isEmpty, "\(arguments): \(run.error)")
      #expect(run.result.contains(part), "\(arguments)")
    }
  }

  @Test func helpWithoutAReaderEndsQuietly() async throws {
    let run = try await BuiltProgram.run(["--help"], closesResult: true)
    #expect(run.status == 141)
    #expect(run.error == "")
  }
}
