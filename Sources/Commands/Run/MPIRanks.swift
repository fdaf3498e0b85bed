import CMPI
import Foundation
import Tensors

/// The processes that `mpirun` started.
final class MPIRanks: Ranks {
  /// An MPI library that can be used.
  struct Library {
    /// As messages name it.
    let title: String
    /// Its part of the name of our library.
    let name: String
    /// Variables in which its mpirun tells a process how many there are and which one it is.
    let size: String, rank: String

    static let all = [
      Library(title: "Open MPI", name: "openmpi", size: "OMPI_COMM_WORLD_SIZE", rank: "OMPI_COMM_WORLD_RANK"),
      Library(title: "MPICH", name: "mpich", size: "PMI_SIZE", rank: "PMI_RANK"),
    ]

    /// The one whose mpirun started this process; nil if none did.
    static func current(_ environment: [String: String]) -> (library: Library, rank: Int, size: Int)? {
      all.lazy.compactMap { library -> (Library, Int, Int)? in
        guard let size = environment[library.size].flatMap(Int.init),
          let rank = environment[library.rank].flatMap(Int.init)
        else { return nil }
        return (library, rank, size)
      }.first
    }

    /// Where our library for it may be: next to the program, or where `make install` puts it.
    var places: [String] {
      let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      let file = "libdualab-\(name).so"
      return ["\(program.path)/\(file)", "\(program.deletingLastPathComponent().path)/lib/dualab/\(file)"]
    }
  }

  let rank: Int
  let count: Int
  private let functions: dl_mpi
  /// Not 0 when waiting has no sense any more; read by C while another thread may set it.
  private let cancelled = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

  /// Joins the processes that the mpirun of `library` started. Throws `CommandFailure`. To be called once.
  init(_ library: Library) throws {
    guard let path = library.places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw CommandFailure.usage(
        "mpirun: this program was built without \(library.title); build it with 'make DUALAB_MPI=1'")
    }
    var reason = [CChar](repeating: 0, count: 300)
    guard let functions = dl_mpi_open(path, &reason, reason.count) else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard !text.isEmpty else {
        throw CommandFailure.usage(
          "mpirun: '\(path)' is not of this build of dualab; build both with 'make DUALAB_MPI=1', and install both with "
            + "'make DUALAB_MPI=1 install'")
      }
      throw CommandFailure.failed("\(library.title) cannot be loaded: \(text); install it with 'make deps-mpi'")
    }
    self.functions = functions.pointee
    guard self.functions.begin() else {
      throw CommandFailure.failed("\(library.title) does not support MPI_THREAD_SERIALIZED; use an MPI that does")
    }
    (rank, count) = (Int(self.functions.rank()), Int(self.functions.size()))
    cancelled.initialize(to: 0)
  }

  deinit { cancelled.deallocate() }

  func send(_ bytes: UnsafeRawBufferPointer, to other: Int) -> Bool {
    functions.exchange(bytes.baseAddress, bytes.count, Int32(other), nil, 0, 0, cancelled)
  }

  func receive(into bytes: UnsafeMutableRawBufferPointer, from other: Int) -> Bool {
    functions.exchange(nil, 0, 0, bytes.baseAddress, bytes.count, Int32(other), cancelled)
  }

  func exchange(
    _ sent: UnsafeRawBufferPointer, for received: UnsafeMutableRawBufferPointer, with other: Int
  ) -> Bool {
    functions.exchange(
      sent.baseAddress, sent.count, Int32(other), received.baseAddress, received.count, Int32(other), cancelled)
  }

  func cancel() { cancelled.pointee = 1 }
  func leave() { functions.end() }
  func abort(status: Int32) { functions.abort(status) }
}
