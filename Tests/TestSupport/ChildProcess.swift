import Foundation

/// Starting programs by `posix_spawn`.
///
/// Not Foundation's `Process`: it learns of the end by a socket that a daemon such as tmux's server inherits and keeps
/// open, and then waits for ever.
package enum ChildProcess {
  /// Where the program's three standard streams lead.
  enum Streams {
    /// To this terminal, which becomes the controlling one of a new session.
    case terminal(String)
    /// Nothing in, output and errors to these descriptors.
    case files(output: Int32, errors: Int32)
  }

  /// What a program that has ended left.
  package struct Result {
    package var status: Int32
    package var output: String
    package var errors: String
  }

  /// Starts a program, looked up in PATH, with no signal blocked or ignored.
  static func spawn(_ command: [String], environment: [String: String], streams: Streams) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawnattr_destroy(&attributes)
      posix_spawn_file_actions_destroy(&actions)
    }
    var (every, none) = (sigset_t(), sigset_t())
    sigfillset(&every)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &every)
    posix_spawnattr_setsigmask(&attributes, &none)
    var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    switch streams {
    case .terminal(let path):
      // POSIX_SPAWN_SETSID, which Swift does not see.
      flags |= 0x80
      posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    case .files(let output, let errors):
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_adddup2(&actions, output, 1)
      posix_spawn_file_actions_adddup2(&actions, errors, 2)
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, command[0], &actions, &attributes, &arguments, &variables)
    guard failure == 0 else { throw HelperError("\(command[0]) does not start: \(String(cString: strerror(failure)))") }
    return process
  }

  /// Runs a short program to its end.
  package static func run(_ command: [String], environment: [String: String]) throws -> Result {
    let (output, errors) = (try TemporaryFile(), try TemporaryFile())
    let process = try spawn(
      command, environment: environment, streams: .files(output: output.descriptor, errors: errors.descriptor))
    var raw: Int32 = 0
    while waitpid(process, &raw, 0) < 0 && errno == EINTR {}
    return Result(status: exitStatus(raw), output: output.text, errors: errors.text)
  }

  /// The exit status as a shell has it, from what `waitpid` gave: 128 + n after signal n.
  static func exitStatus(_ raw: Int32) -> Int32 { raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f) }
}

/// A file without a name, gone with its object.
private final class TemporaryFile {
  let descriptor: Int32

  init() throws {
    var path = Array("/tmp/dualab-test-XXXXXX".utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw HelperError("/tmp takes no file") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
  }

  deinit { close(descriptor) }

  /// All that was written to it.
  var text: String {
    lseek(descriptor, 0, SEEK_SET)
    let data = try? FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readToEnd()
    return String(decoding: data ?? Data(), as: UTF8.self)
  }
}
