import Engine
import Events
import Foundation
import GRDB
import Recipe

/// The record of a run: `run.sqlite` in its folder. Readable by anything that reads SQLite; see `docs/run-format.md`.
package final class RunStore: Sendable {
  /// The run's folder.
  package let folder: URL
  let database: DatabaseQueue

  /// The file's name.
  package static let fileName = "run.sqlite"

  private init(_ folder: URL, _ database: DatabaseQueue) { (self.folder, self.database) = (folder, database) }

  /// A new record in a folder that has none.
  package static func create(in folder: URL) throws -> RunStore { try open(folder, readonly: false) }

  /// The record of a run that is there. Throws `RunError` when it is missing, damaged or of a newer version.
  package static func open(_ folder: URL, writing: Bool) throws -> RunStore {
    let path = folder.appendingPathComponent(fileName).path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw RunError("\(folder.relativePath): no such run; 'dualab runs list' shows those that are here")
    }
    guard FileManager.default.fileExists(atPath: path) else {
      throw RunError(
        "\(folder.relativePath): not a run that can be opened (no \(fileName)); its checkpoints, if any, are still usable "
          + "with --checkpoint")
    }
    return try open(folder, readonly: !writing)
  }

  /// True for a folder with a record.
  package static func isRun(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(fileName).path)
  }

  private static func open(_ folder: URL, readonly: Bool) throws -> RunStore {
    let path = folder.appendingPathComponent(fileName).path
    do {
      let database = try queue(path, readonly: readonly)
      let migrator = RunSchema.migrator
      let isNewer = try database.read { try migrator.hasBeenSuperseded($0) }
      if isNewer {
        throw RunError("\(path): written by a newer version of dualab; use that one")
      }
      if !readonly { try migrator.migrate(database) }
      return RunStore(folder, database)
    } catch let error as DatabaseError {
      throw RunError("\(path): \(reason(error))")
    }
  }

  private static func queue(_ path: String, readonly: Bool) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = readonly
    configuration.busyMode = .timeout(5)
    if !readonly {
      configuration.prepareDatabase { db in
        // Nothing that is written is lost, not even when the power fails; training does not wait for it.
        try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
      }
      return try DatabaseQueue(path: path, configuration: configuration)
    }
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
      return queue
    } catch let error as DatabaseError
      where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
    {
      // In a folder that cannot be written to, SQLite cannot make the file that readers share; nobody else writes there.
      let encoded = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
      return try DatabaseQueue(path: "file:\(encoded)?immutable=1", configuration: configuration)
    }
  }

  /// What is wrong with a database, and what helps.
  static func reason(_ error: DatabaseError) -> String {
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      "damaged (\(error.message ?? "not a database")); the checkpoints next to it are still usable with --checkpoint"
    case .SQLITE_FULL: "the disk is full; free some space"
    case .SQLITE_BUSY, .SQLITE_LOCKED: "another program keeps it locked; close that"
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: "cannot be opened; check its permissions"
    case .SQLITE_IOERR: "cannot be read or written (\(error.message ?? "input/output error")); check the disk"
    default: "\(error.message ?? "SQLite error \(error.resultCode.rawValue)")"
    }
  }

  /// Puts everything into the one file. Nothing can be read or written afterwards.
  package func close() { try? database.close() }

  /// Runs a transaction that writes. Throws `RunError`.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try database.write(body) } catch let error as DatabaseError {
      throw RunError("\(path): \(Self.reason(error))")
    }
  }

  /// Reads in one state of the record. Throws `RunError`.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try database.read(body) } catch let error as DatabaseError {
      throw RunError("\(path): \(Self.reason(error))")
    } catch is RowDecodingError {
      throw RunError("\(path): changed by another program to what no run writes; use a copy from before")
    }
  }

  var path: String { folder.appendingPathComponent(Self.fileName).path }
}
