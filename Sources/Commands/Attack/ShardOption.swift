import ArgumentParser
import Evaluation
import Foundation

/// `--shard`: which part of the images to attack, as typed or as Slurm says.
struct ShardOption {
  /// The part that the text means; `slurm` asks the environment of a job array. Throws `CommandFailure`.
  static func parse(
    _ text: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Shard {
    if text == "slurm" { return try slurm(environment) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let part = parts[0], let of = parts[1], of >= 1 else {
      throw CommandFailure.usage(
        "--shard \(text): use I/N, e.g. 2/8 for the second of 8 parts, or slurm in a Slurm job array")
    }
    guard let shard = Shard(part, of: of) else {
      throw CommandFailure.usage("--shard \(text): parts count from 1/\(of) to \(of)/\(of); use one of these")
    }
    return shard
  }

  /// Refuses shards that would have no image. Throws `CommandFailure`.
  static func check(_ shard: Shard?, images: Int) throws {
    guard let shard, shard.of > images else { return }
    throw CommandFailure.usage(
      "--shard \(shard): there are more shards than images; use at most \(images) shards for \(images) images")
  }

  /// The task of a job array: its first id is part 1, whatever its number and step.
  private static func slurm(_ environment: [String: String]) throws -> Shard {
    func number(_ name: String, usually usual: Int? = nil) throws -> Int {
      let name = "SLURM_ARRAY_TASK_\(name)"
      guard let text = environment[name] else {
        if let usual { return usual }
        throw CommandFailure.usage(
          "--shard slurm: \(name) is not set; submit a job array with 'sbatch --array=1-8', or use --shard I/N")
      }
      guard let value = Int(text), (0...Int(Int32.max)).contains(value) else {
        throw CommandFailure.usage("--shard slurm: \(name)=\(text) is not a whole number; use --shard I/N")
      }
      return value
    }
    let task = try number("ID"), count = try number("COUNT")
    let first = try number("MIN", usually: 1), step = max(1, try number("STEP", usually: 1))
    guard count > 1 else {
      throw CommandFailure.usage(
        "--shard slurm: the job array has only the task \(task), which would get all images; to rerun part \(task) of N use "
          + "--shard \(task)/N")
    }
    let last = try number("MAX", usually: first + (count - 1) * step)
    let part = (task - first) / step + 1
    guard task >= first, (task - first) % step == 0, (last - first) / step + 1 == count,
      let shard = Shard(part, of: count)
    else {
      throw CommandFailure.usage(
        "--shard slurm: task \(task) of an array of \(count) tasks from \(first) on: the ids have gaps, as after "
          + "--array=1,5; use evenly spaced ids such as --array=1-\(count), or --shard I/N")
    }
    return shard
  }
}
