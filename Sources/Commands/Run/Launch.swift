import Engine
import Foundation
import Recipe
import Tensors

/// The processes that `mpirun` started for one run.
enum Launch {
  /// Runs `lead` in the first process, or in the only one. The others work for it, without a word.
  static func run(_ options: RunOptions, _ lead: (RankTeam?) async throws -> Void) async throws {
    guard let team = try team() else { return try await lead(nil) }
    guard team.isFirst else { return try work(options, team) }
    do {
      guard team.count.nonzeroBitCount == 1 else {
        throw CommandFailure.usage(
          "mpirun: \(team.count) processes; use 1, 2, 4, 8, …: their number must be a power of two")
      }
      try await lead(team)
    } catch {
      if !team.hasBegun { team.dismiss() }
      guard team.hasLost else {
        team.leave(status: 0)
        throw error
      }
      // This ends the program, so that the line must come first.
      let failure = CommandFailure(error)
      if !failure.line.isEmpty { try? Output.standard.error("dualab: \(failure.line)\n") }
      team.leave(status: failure.status)
      throw failure
    }
    team.leave(status: 0)
  }

  /// A process that is not the first.
  private static func work(_ options: RunOptions, _ team: RankTeam) throws {
    // mpirun sends these to all. The first process decides what becomes of the run, writes a checkpoint, and lets the
    // others go; if they went by themselves, it would be killed for that.
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
    do {
      // A wrong number is said by the first process.
      try RankWorker(team, threads: (try? options.threads.count) ?? 1).run { try RunPlan(options).settings }
    } catch is RanksLost {
      team.leave(status: 1)
      throw CommandFailure(status: 1, line: "")
    } catch {
      // Nobody else knows of it.
      try? Output.standard.error("dualab: rank \(team.rank): \(CommandFailure(error).line)\n")
      team.abandon()
      team.leave(status: 1)
    }
    team.leave(status: 0)
  }

  /// The processes of this run; nil where nobody started several.
  private static func team() throws -> RankTeam? {
    guard let (library, rank, size) = MPIRanks.Library.current(ProcessInfo.processInfo.environment), size > 1 else {
      return nil
    }
    do {
      let ranks = try MPIRanks(library)
      guard ranks.count == size else {
        throw CommandFailure.failed("\(library.title): mpirun started \(size) processes, and \(ranks.count) are there")
      }
      return RankTeam(ranks)
    } catch let failure as CommandFailure {
      // All processes know; one says it.
      throw rank == 0 ? failure : CommandFailure(status: failure.status, line: "")
    }
  }
}
