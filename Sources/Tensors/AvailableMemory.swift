import Foundation

/// The memory that this process can still get: asked before sizes of a file or an option become allocations.
package enum AvailableMemory {
  /// Bytes: the least of what the machine has free, what its control group leaves, and what `ulimit -v` leaves.
  package static var bytes: Int { [machine, controlGroup, addressSpace].compactMap(\.self).min() ?? .max }

  /// Throws one line when `needed` bytes for `what` are more than nine tenths of that. `remedy` says what to lower.
  package static func check(_ needed: Int, for what: String, remedy: String) throws {
    let there = bytes
    guard needed > there / 10 * 9 else { return }
    throw FileError("\(what) needs \(text(needed)) of memory, \(text(there)) are available; \(remedy)")
  }

  /// The product of counts; the largest number when it has no place in one.
  package static func product(_ factors: [Int]) -> Int {
    factors.reduce(1) { product, factor in
      let (result, overflows) = product.multipliedReportingOverflow(by: max(0, factor))
      return overflows ? .max : result
    }
  }

  /// `45.8 GiB`, `310 MiB`.
  package static func text(_ bytes: Int) -> String {
    let mebibytes = Double(bytes) / 1_048_576
    return mebibytes < 1024
      ? "\(Int(mebibytes.rounded(.up))) MiB" : "\((mebibytes / 1024 * 10).rounded() / 10) GiB"
  }

  // MARK: who limits

  private static var machine: Int? {
    lines("/proc/meminfo").first { $0.hasPrefix("MemAvailable:") }.flatMap(number).map { $0 * 1024 }
  }

  /// The group's own limit and those above it, of version 2 and 1.
  private static var controlGroup: Int? {
    let paths = lines("/proc/self/cgroup").compactMap { line in
      line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last.map(String.init)
    }
    let places = Set(paths.flatMap { ["/sys/fs/cgroup\($0)", "/sys/fs/cgroup/memory\($0)"] }).union([
      "/sys/fs/cgroup", "/sys/fs/cgroup/memory",
    ])
    let left = places.compactMap { place -> Int? in
      for (limit, usage, prefix) in [
        ("memory.max", "memory.current", ""), ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
      ] {
        guard let limit = lines("\(place)/\(limit)").first.flatMap(number),
          let usage = lines("\(place)/\(usage)").first.flatMap(number)
        else { continue }
        return Self.left(of: limit, usage: usage, statistics: lines("\(place)/memory.stat"), prefix: prefix)
      }
      return nil
    }
    return left.min()
  }

  /// What a control group leaves of its limit. Cached files count as used there, but make room when memory is wanted.
  package static func left(of limit: Int, usage: Int, statistics: [String], prefix: String) -> Int {
    let cached = ["active_file", "inactive_file"].reduce(0) { sum, name in
      sum + (statistics.first { $0.hasPrefix("\(prefix)\(name) ") }.flatMap(number) ?? 0)
    }
    return max(0, limit - max(0, usage - cached))
  }

  private static var addressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt64(Int.max) else {
      return nil
    }
    let used = lines("/proc/self/statm").first?.split(separator: " ").first.flatMap { Int($0) } ?? 0
    return max(0, Int(limit.rlim_cur) - used * sysconf(Int32(_SC_PAGESIZE)))
  }

  private static func lines(_ path: String) -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").map(String.init)
  }

  /// The first whole number of a line.
  private static func number(_ line: String) -> Int? {
    Int(line.drop { !$0.isNumber }.prefix { $0.isNumber })
  }
}
