import Datasets
import Engine
import Evaluation
import Events
import Foundation
import Networks

/// What a watch watches, and how it measures.
package struct WatchTask: Sendable {
  /// What was made of a file.
  package struct Loaded {
    var imported: WeightsFile.Imported
    /// Asks whether the network is better than guessing, and otherwise why.
    var guessing: GuessingCheck

    package init(_ imported: WeightsFile.Imported, _ guessing: GuessingCheck) {
      self.imported = imported
      self.guessing = guessing
    }
  }

  package var folder: CheckpointFolder
  /// What the readers are told at the start; its settings have ε, the norm and the thresholds.
  package var description: SessionDescription
  /// The images that every checkpoint is measured on.
  package var images: LabeledImages
  /// Makes a network of a file; throws one line.
  package var load: @Sendable (String) throws -> Loaded
  /// Ends when everything that is there was measured.
  package var isOnce = false
  /// How many of the checkpoints that wait are measured: the newest ones; nil for all.
  package var newest: Int?
  /// Every which checkpoint gets a deep check; 0 for none.
  package var deepEvery = 1
  /// Seconds that a file may be incomplete and unchanged.
  package var patience = 60.0
  /// Seconds between two looks into the folder.
  package var interval = 2.0
  /// What an earlier watch measured.
  package var earlier = WatchRecord()
  /// Keeps an event for a later watch.
  package var keep: @Sendable (Event) throws -> Void = { _ in }

  package init(
    folder: CheckpointFolder, description: SessionDescription, images: LabeledImages,
    load: @escaping @Sendable (String) throws -> Loaded
  ) {
    self.folder = folder
    self.description = description
    self.images = images
    self.load = load
  }
}

/// Watches a folder on a thread of its own and tells what it finds as the events of a session.
package final class WatchSession: Sendable {
  /// Everything it tells, in order; ends after the summary. For one reader.
  package let events: AsyncStream<Event>
  private let teller: AsyncStream<Event>.Continuation
  private let mail = Inbox<Command>()
  private let task: WatchTask

  package init(_ task: WatchTask) {
    self.task = task
    (events, teller) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
  }

  /// Asks something of it: to stop, or that an alarm is acknowledged; what acts on a training is refused. Never blocks;
  /// from any thread, at any time.
  package func send(_ command: Command) { mail.put(command) }

  /// Watches until it is stopped, or with `isOnce` until everything is measured. To be called once. Nothing is thrown:
  /// a failure is an outcome of the summary.
  package func run() async -> Summary {
    await withCheckedContinuation { continuation in
      let thread = Thread { [task, mail, teller] in
        var work = WatchWork(task, mail: mail) { teller.yield($0) }
        let summary = work.run()
        teller.yield(.summary(summary))
        teller.finish()
        continuation.resume(returning: summary)
      }
      thread.stackSize = 8 << 20
      thread.name = "dualab watch"
      thread.start()
    }
  }
}
