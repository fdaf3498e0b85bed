import Foundation

/// Who works on a run of a shared folder: the content of a claim file.
struct Claim: Codable, Hashable {
  /// The machine's name, for messages.
  var host: String
  /// What tells machines, and containers on one, apart: the boot and the name space of process numbers.
  var machine: String
  var process: Int32
  /// When the process was started, in clock ticks after the boot: process numbers are used again.
  var started: String
  /// Different for every claim.
  var token: String

  /// A new claim by this process.
  static func own() -> Claim {
    Claim(
      host: ProcessInfo.processInfo.hostName, machine: Self.thisMachine, process: getpid(),
      started: Self.start(of: getpid()) ?? "", token: UUID().uuidString)
  }

  /// True when its process was one of this machine and has ended. Of other machines nothing is known.
  var isOfEndedProcess: Bool {
    guard machine == Self.thisMachine else { return false }
    return kill(process, 0) != 0 && errno == ESRCH || Self.start(of: process).map { $0 != started } ?? false
  }

  /// `host:process`.
  var owner: String { "\(host):\(process)" }

  private static let thisMachine: String = {
    let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
    let space = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
    return boot.trimmingCharacters(in: .whitespacesAndNewlines) + " " + space
  }()

  /// Field 22 of `/proc/N/stat`, counted after the name, which may contain spaces; nil when there is no such process,
  /// or it has ended and nobody has asked how.
  private static func start(of process: Int32) -> String? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[name...].split(separator: " ")
    guard fields.count > 20, fields[1] != "Z" else { return "" }
    return String(fields[20])
  }
}
