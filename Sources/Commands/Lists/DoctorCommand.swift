import ArgumentParser
import Foundation

/// `dualab doctor`: what a run would find on this machine.
package struct DoctorCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "What this machine offers: processor, terminal, data, presets, themes.")

  @OptionGroup var folders: FolderOptions

  package init() {}

  package func run() throws {
    let process = ProcessInfo.processInfo
    let cpuinfo = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    var rows = [
      ["processor", Self.processor(cpuinfo: cpuinfo)],
      ["vector units", Self.vectorUnits(cpuinfo: cpuinfo)],
    ]
    rows.append(["kernels", Resources.kernelVariant])
    rows += [
      ["cores", "\(process.activeProcessorCount)"],
      ["memory", "\(process.physicalMemory >> 20) MiB"],
      ["terminal", Self.terminal(process.environment, isTerminal: isatty(STDOUT_FILENO) == 1)],
    ]
    rows += Resources.data.map { ["data \($0.name)", $0.remedy.map { "absent: \($0)" } ?? "there"] }
    let access = try folders.access
    rows.append(["presets", Self.found { try access.presetEntries().map(\.name) }])
    rows.append(["themes", Self.found { try access.themeEntries().map(\.name) }])
    rows.append(["runs", Self.writability(of: FileManager.default.currentDirectoryPath)])
    try Output.standard.result(Listing.text(rows))
  }

  /// The model name of `/proc/cpuinfo`.
  package static func processor(cpuinfo: String) -> String { field("model name", of: cpuinfo) ?? "unknown" }

  /// Those of the processor's features that kernels can use.
  package static func vectorUnits(cpuinfo: String) -> String {
    let flags = Set((field("flags", of: cpuinfo) ?? field("Features", of: cpuinfo) ?? "").split(separator: " "))
    let known = ["sse4_2", "avx", "avx2", "fma", "avx512f", "avx512vl", "avx512_vnni", "asimd", "sve"]
    let there = known.filter { flags.contains(Substring($0)) }
    return there.isEmpty ? "none known" : there.joined(separator: " ")
  }

  /// Name, locale, and what the lab would make of it.
  package static func terminal(_ environment: [String: String], isTerminal: Bool) -> String {
    let name = environment["TERM"] ?? ""
    guard isTerminal else { return "stdout is not a terminal: the lab prints as 'train' does" }
    guard !["", "dumb"].contains(name) else { return "TERM=\(name): the lab prints as 'train' does" }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
    let isUTF8 = locale.lowercased().replacingOccurrences(of: "-", with: "").contains("utf8")
    return "\(name), locale \(locale)" + (isUTF8 ? "" : ": not UTF-8, set LANG=C.UTF-8 for Braille charts")
  }

  private static func field(_ name: String, of cpuinfo: String) -> String? {
    for line in cpuinfo.split(separator: "\n") where line.hasPrefix(name) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  private static func found(_ names: () throws -> [String]) -> String {
    do { return try names().joined(separator: ", ") } catch let failure as CommandFailure {
      return failure.line
    } catch { return "\(error)" }
  }

  private static func writability(of folder: String) -> String {
    FileManager.default.isWritableFile(atPath: folder)
      ? "written below \(folder)/runs" : "\(folder) cannot be written; give --out DIR"
  }
}
