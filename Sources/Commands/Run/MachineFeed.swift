import Foundation
import Networks
import Panes
import Tensors

/// Looks at the process and the machine every other second, for the System pane.
struct MachineFeed: Sendable {
  /// The run's folder; nil where nothing is written.
  let folder: URL?

  /// What it finds, until the reader leaves.
  func news() -> AsyncStream<PaneNews> {
    AsyncStream { continuation in
      let task = Task.detached(priority: .background) {
        while !Task.isCancelled {
          if let news = look() { continuation.yield(.machine(news)) }
          try? await Task.sleep(for: .seconds(2))
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Looks once; nil where the system does not tell.
  func look() -> MachineNews? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    let lines = status.split(separator: "\n")
    func bytes(_ key: String) -> Int {
      let line = lines.first { $0.hasPrefix(key + ":") } ?? ""
      return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024
    }
    return MachineNews(
      resident: bytes("VmRSS"), peak: bytes("VmHWM"), available: available,
      cores: ProcessInfo.processInfo.activeProcessorCount, kernels: KernelVariant.current, checkpoints: checkpoints)
  }

  private var available: Int? {
    let bytes = AvailableMemory.bytes
    return bytes == .max ? nil : bytes
  }

  /// Bytes of the checkpoints on the disk.
  private var checkpoints: Int? {
    guard let folder = folder?.appendingPathComponent("checkpoints"),
      let files = try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.fileSizeKey])
    else { return nil }
    return files.reduce(0) { $0 + ((try? $1.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0) }
  }
}

extension AsyncStream<PaneNews> {
  /// What several streams tell, in the order in which it comes.
  static func merging(_ streams: [AsyncStream<PaneNews>]) -> AsyncStream<PaneNews> {
    AsyncStream { continuation in
      let task = Task {
        await withTaskGroup(of: Void.self) { group in
          for stream in streams { group.addTask { for await item in stream { continuation.yield(item) } } }
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }
}
