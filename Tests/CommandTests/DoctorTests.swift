import Commands
import Foundation
import Testing

@Suite("The doctor")
struct DoctorTests {
  @Test("reads the processor's name and vector units")
  func processor() {
    let intel = "processor\t: 0\nmodel name\t: Some CPU @ 2GHz\nflags\t\t: fpu sse4_2 avx avx2 fma bmi2\n"
    #expect(DoctorCommand.processor(cpuinfo: intel) == "Some CPU @ 2GHz")
    #expect(DoctorCommand.vectorUnits(cpuinfo: intel) == "sse4_2 avx avx2 fma")
    let arm = "processor\t: 0\nFeatures\t: fp asimd sve\n"
    #expect(DoctorCommand.processor(cpuinfo: arm) == "unknown")
    #expect(DoctorCommand.vectorUnits(cpuinfo: arm) == "asimd sve")
    #expect(DoctorCommand.vectorUnits(cpuinfo: "") == "none known")
  }

  @Test(
    "says what the lab makes of the terminal",
    arguments: [
      (["TERM": "xterm-256color", "LANG": "C.UTF-8"], true, "xterm-256color, locale C.UTF-8"),
      (["TERM": "xterm", "LANG": "de_DE.utf8"], true, "xterm, locale de_DE.utf8"),
      (
        ["TERM": "xterm", "LC_ALL": "C", "LANG": "C.UTF-8"], true,
        "xterm, locale C: not UTF-8, set LANG=C.UTF-8 for Braille charts"
      ),
      (["TERM": "dumb"], true, "TERM=dumb: the lab prints as 'train' does"),
      ([:], true, "TERM=: the lab prints as 'train' does"),
      (["TERM": "xterm"], false, "stdout is not a terminal: the lab prints as 'train' does"),
    ])
  func terminal(environment: [String: String], isTerminal: Bool, text: String) {
    #expect(DoctorCommand.terminal(environment, isTerminal: isTerminal) == text)
  }

  @Test("shows the kernels that DUALAB_CPU forces", arguments: ["portable", "avx2", "avx512", "nonsense"])
  func kernels(wish: String) throws {
    func doctor(_ changes: [String: String]) throws -> String {
      let process = Process(), pipe = Pipe()
      process.executableURL = try BuiltProgram.file()
      process.arguments = ["doctor"]
      process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "DUALAB_CPU" }
        .merging(changes) { $1 }
      process.standardOutput = pipe
      try process.run()
      let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      return output.split(separator: "\n").first { $0.hasPrefix("kernels") }.map(String.init) ?? ""
    }
    func running(_ row: String) -> Substring { row.split(separator: " ").dropFirst().first ?? "" }
    // The row lists what this machine can be made to run; anything else is refused before the first row.
    let own = try doctor([:]), forced = try doctor(["DUALAB_CPU": wish])
    #expect(own.contains("portable"))
    #expect(running(forced) == (own.contains(wish) ? Substring(wish) : ""))
  }
}
