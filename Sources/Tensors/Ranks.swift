/// How the processes that train together reach each other: MPI, or threads of one process in tests. A process that
/// trains alone has none.
///
/// Calls block, and are made from one thread at a time. After the first one that fails no other may be made: the
/// processes no longer know of each other where they stand.
package protocol Ranks: AnyObject {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// How many there are.
  var count: Int { get }
  /// Sends to a process, which receives as many bytes. False when it cannot.
  func send(_ bytes: UnsafeRawBufferPointer, to other: Int) -> Bool
  /// Receives from a process, which sends as many bytes. False when it cannot.
  func receive(into bytes: UnsafeMutableRawBufferPointer, from other: Int) -> Bool
  /// Both with the same process, which does so too. False when it cannot.
  func exchange(
    _ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with other: Int
  ) -> Bool
  /// Makes calls that wait return false, from any thread.
  func cancel()
  /// Leaves the others when all are done.
  func leave()
  /// Ends all processes, this one included.
  func abort(status: Int32)
}

/// The processes of a run no longer reach each other.
package struct RanksLost: Error, CustomStringConvertible {
  package init() {}

  /// One line.
  package let description =
    "lost contact with another process of this run (it ended, or this one was interrupted); "
    + "resume it with --resume and the run's folder, on any number of processes"
}
