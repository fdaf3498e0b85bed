import ArgumentParser
import Datasets
import Foundation
import Networks
import Presets
import Readout

/// `dualab doctor`: what a run would find on this machine.
package struct DoctorCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Report what this machine offers: processor, terminal, data, presets, themes.",
    usage: "dualab doctor [<options>]")

  @OptionGroup var folders: FolderOptions

  package init() {}

  package func run() throws {
    let process = ProcessInfo.processInfo
    let cpuinfo = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    var rows = [
      ["processor", Self.processor(cpuinfo: cpuinfo)],
      ["vector units", Self.vectorUnits(cpuinfo: cpuinfo)],
      [
        "kernels",
        "\(KernelVariant.current) (set DUALAB_CPU to one of \(KernelVariant.available.joined(separator: ", ")))",
      ],
      ["cores", "\(process.activeProcessorCount)"],
      ["memory", "\(process.physicalMemory >> 20) MiB"],
      ["terminal", Self.terminal(process.environment, isTerminal: isatty(STDOUT_FILENO) == 1)],
    ]
    rows += dataSources.map { ["data \($0.name)", DataCommand.availability(of: $0)] }
    rows.append(["presets", try Self.names(folders.library(of: Preset.self))])
    rows.append(["suites", try Self.names(folders.library(of: Suite.self))])
    rows.append(["themes", try Self.names(folders.library(of: ThemeFile.self))])
    rows.append(["runs", Self.writability(of: FileManager.default.currentDirectoryPath)])
    try Output.standard.result(Listing.text(rows, columns: Output.standard.tableColumns()))
  }

  /// The model name in `/proc/cpuinfo`.
  package static func processor(cpuinfo: String) -> String { field("model name", of: cpuinfo) ?? "unknown" }

  /// The processor features that kernels can use.
  package static func vectorUnits(cpuinfo: String) -> String {
    let flags = Set((field("flags", of: cpuinfo) ?? field("Features", of: cpuinfo) ?? "").split(separator: " "))
    let known = ["sse4_2", "avx", "avx2", "fma", "avx512f", "avx512vl", "avx512_vnni", "asimd", "sve"]
    let found = known.filter { flags.contains(Substring($0)) }
    return found.isEmpty ? "none detected" : found.joined(separator: " ")
  }

  /// The terminal's name and locale, or why the lab cannot use it.
  package static func terminal(_ environment: [String: String], isTerminal: Bool) -> String {
    let name = environment["TERM"] ?? ""
    guard isTerminal else { return "stdout is not a terminal: 'lab' prints like 'train'" }
    guard !["", "dumb"].contains(name) else { return "TERM=\(name): 'lab' prints like 'train'" }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
    let isUTF8 = locale.lowercased().replacingOccurrences(of: "-", with: "").contains("utf8")
    return "\(name), locale \(locale)" + (isUTF8 ? "" : ": not UTF-8; set LANG=C.UTF-8 for Braille charts")
  }

  private static func field(_ name: String, of cpuinfo: String) -> String? {
    for line in cpuinfo.split(separator: "\n") where line.hasPrefix(name) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  private static func names<Item: Resource>(_ library: ResourceLibrary<Item>) -> String {
    let names = library.list().map(\.name)
    return names.isEmpty ? "missing: install dualab, or use --\(Item.kind)-dir DIR" : names.joined(separator: ", ")
  }

  private static func writability(of folder: String) -> String {
    FileManager.default.isWritableFile(atPath: folder)
      ? "written to \(folder)/runs" : "cannot write to \(folder); use --out DIR"
  }
}
