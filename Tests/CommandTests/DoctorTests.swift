import Commands
import Foundation
import Testing

@Suite struct DoctorTests {
  @Test func processorAndVectorUnitsAreRead() {
    let intel = "processor\t: 0\nmodel name\t: Some CPU @ 2GHz\nflags\t\t: fpu sse4_2 avx avx2 fma bmi2\n"
    #expect(DoctorCommand.processor(cpuinfo: intel) == "Some CPU @ 2GHz")
    #expect(DoctorCommand.vectorUnits(cpuinfo: intel) == "sse4_2 avx avx2 fma")
    let arm = "processor\t: 0\nFeatures\t: fp asimd sve\n"
    #expect(DoctorCommand.processor(cpuinfo: arm) == "unknown")
    #expect(DoctorCommand.vectorUnits(cpuinfo: arm) == "asimd sve")
    #expect(DoctorCommand.vectorUnits(cpuinfo: "") == "none detected")
  }

  @Test(arguments: [
    (["TERM": "xterm-256color", "LANG": "C.UTF-8"], true, "xterm-256color, locale C.UTF-8"),
    (["TERM": "xterm", "LANG": "de_DE.utf8"], true, "xterm, locale de_DE.utf8"),
    (
      ["TERM": "xterm", "LC_ALL": "C", "LANG": "C.UTF-8"], true,
      "xterm, locale C: not UTF-8; set LANG=C.UTF-8 for Braille charts"
    ),
    (["TERM": "dumb"], true, "TERM=dumb: 'lab' prints like 'train'"),
    ([:], true, "TERM=: 'lab' prints like 'train'"),
    (["TERM": "xterm"], false, "stdout is not a terminal: 'lab' prints like 'train'"),
  ])
  func terminalSaysWhatTheLabCanDo(environment: [String: String], isTerminal: Bool, text: String) {
    #expect(DoctorCommand.terminal(environment, isTerminal: isTerminal) == text)
  }

  @Test(arguments: ["portable", "avx2", "avx512", "nonsense"])
  func theKernelsAreThoseThatTheEnvironmentForces(variant: String) async throws {
    let usual = try await BuiltProgram.run(["doctor"], environment: ["DUALAB_CPU": nil])
    let forced = try await BuiltProgram.run(["doctor"], environment: ["DUALAB_CPU": variant])
    func kernels(_ run: BuiltProgram.Run) -> Substring? {
      run.result.split(separator: "\n").first { $0.hasPrefix("kernels ") }
    }
    // The row lists the variants that this machine can run; others are usage errors.
    let row = try #require(kernels(usual))
    #expect(row.contains("portable"))
    if row.contains(variant) {
      #expect(forced.status == 0)
      #expect(try #require(kernels(forced)).split(separator: " ")[1] == variant)
    } else {
      #expect(forced.status == 2 && forced.result == "" && forced.errorLines.count == 1)
      #expect(forced.error.hasPrefix("dualab: DUALAB_CPU=\(variant): not available; use one of "), "\(forced.error)")
    }
  }
}
