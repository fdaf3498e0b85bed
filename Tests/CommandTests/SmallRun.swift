import Events
import Foundation
import TestSupport
import Testing

/// Short runs of the built program, and what they print.
enum SmallRun {
  /// A small network on a few images, so that a step takes milliseconds.
  static let options = [
    "width=4", "batch=16", "attack.steps=2", "data.train=256", "data.test=64", "validation.every=4",
  ].flatMap { ["--set", $0] }

  /// Trains into `run` below `folder` and returns the last checkpoint.
  static func checkpoint(in folder: URL, steps: Int = 3, _ more: [String] = []) async throws -> String {
    let out = folder.appendingPathComponent("run")
    let run = try await BuiltProgram.run(["train", "--steps", "\(steps)", "--out", out.path] + options + more)
    #expect(run.status == 0, "\(run.error)")
    return out.appendingPathComponent("checkpoints/last.safetensors").path
  }
}

extension BuiltProgram.Run {
  /// The events that `train --json` printed.
  var events: [Event] {
    get throws { try result.split(separator: "\n").map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) } }
  }

  /// The last event, which must be the summary.
  var summary: Summary {
    get throws {
      guard case .summary(let summary)? = try events.last else { throw HelperError("no summary at the end") }
      return summary
    }
  }

  /// The lines on stderr.
  var errorLines: [Substring] { error.split(separator: "\n") }
}
