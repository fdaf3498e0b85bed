import Attacks
import Events
import Tensors

/// The results of shards as the result of the whole evaluation: what one run of all images would have written, to the
/// byte but for the seconds.
package struct ShardMerge {
  /// A result and the name of its file, for messages.
  package typealias File = (path: String, result: AttackResult)

  /// The verdicts of all images.
  package let record: EvaluationRecord
  /// The card of all images. It names what computed the verdicts if that was not the same for all shards.
  package let card: AttackCard
  /// What was assumed of the files.
  package let imported: ImportRecord?

  /// Merges files that together have every image of one evaluation once. Throws one line otherwise.
  package init(_ files: [File]) throws(EvaluationError) {
    var shards: [(file: File, shard: Shard)] = []
    for file in files { shards.append((file, try Self.shard(of: file, like: files[0]))) }
    for (file, shard) in shards { try Self.checkComplete(file, shard) }
    try Self.checkOverlaps(shards)
    shards.sort { $0.shard.part < $1.shard.part }
    guard let first = shards.first else { throw EvaluationError("no results to merge; give the files of all shards") }
    let missing = Self.missing(shards.map(\.shard), of: first.file.result.card.images)
    if let missing { throw EvaluationError(missing) }
    let results = shards.map(\.file.result)
    // The shard with the first image has checked the network, and its paths are the names in the merged result.
    card = results[0].card.combined(with: results.map(\.card))
    imported = results[0].imported
    record = Self.union(shards.map { ($0.shard, $0.file.result.record) }, images: card.images)
    guard Set(record.examples.map(\.index)).count == record.examples.count else {
      throw EvaluationError(
        "two of the files have verdicts on the same image; rerun the shards that were edited manually")
    }
  }

  /// The merged result.
  package var report: EvaluationReport { record.report(classes: card.classes) }

  /// The merged result as a file.
  package var result: AttackResult { AttackResult(card, imported, report, record) }

  // MARK: what can be merged

  private static func shard(of file: File, like first: File) throws(EvaluationError) -> Shard {
    guard let shard = file.result.shard else {
      throw EvaluationError("\(file.path): has the verdicts of all images, not those of a shard; leave it out")
    }
    guard let difference = file.result.card.difference(from: first.result.card) else { return shard }
    throw EvaluationError(
      "\(file.path): was made with a different value of \(difference) than \(first.path); merge shards of one evaluation"
    )
  }

  private static func checkOverlaps(_ shards: [(file: File, shard: Shard)]) throws(EvaluationError) {
    var owners: [Int: Int] = [:]
    for (number, (file, shard)) in shards.enumerated() {
      for position in shard.positions(in: file.result.card.images) {
        guard let owner = owners.updateValue(number, forKey: position) else { continue }
        let (other, otherShard) = shards[owner]
        throw EvaluationError(
          otherShard == shard
            ? "\(other.path) and \(file.path): both are shard \(shard); leave one out"
            : "\(other.path) and \(file.path): shards \(otherShard) and \(shard) overlap; leave one out")
      }
    }
  }

  private static func checkComplete(_ file: File, _ shard: Shard) throws(EvaluationError) {
    let result = file.result
    guard result.isComplete else {
      throw EvaluationError(
        "\(file.path): shard \(shard) was interrupted; finish it with 'dualab attack … --shard \(shard) "
          + "--resume \(file.path) --json \(file.path)', then merge again")
    }
    let record = result.record, input = result.card.input, images = min(result.card.images, Comparison.images)
    let isCompared = result.comparisons.map { rows in
      input.count == 3 && record.areSound(rows, Shape(input[0], input[1], input[2]), shard.count(in: images))
    }
    guard record.isPossible, record.report(classes: result.card.classes).isComplete,
      isCompared ?? !result.card.checks
    else { throw EvaluationError("\(file.path): its verdicts do not match its protocol card; rerun shard \(shard)") }
  }

  /// Which shards are not there, in one line; nil if all are.
  private static func missing(_ shards: [Shard], of images: Int) -> String? {
    let found = Set(shards.flatMap { $0.positions(in: images) }), left = images - found.count
    guard left > 0 else { return nil }
    // With shards of several sizes, such as 1/2 and 3/4, the missing ones are named by the finest.
    let parts = shards.map(\.of).max() ?? 1
    let absent = (1...parts).compactMap { Shard($0, of: parts) }
      .filter { $0.positions(in: images).allSatisfy { !found.contains($0) } }
    let what = "\(left) of \(images) images have no verdict"
    guard absent.reduce(0, { $0 + $1.count(in: images) }) == left, let first = absent.first else {
      return
        "\(what): the shards do not belong together; use parts of one number, such as 1/\(parts) to \(parts)/\(parts)"
    }
    let names = absent.prefix(10).map(\.description).joined(separator: ", ")
    let more = absent.count > 10 ? " and \(absent.count - 10) more" : ""
    return
      "shard\(absent.count == 1 ? "" : "s") \(names)\(more) missing, \(what); run 'dualab attack' with --shard \(first) "
      + "and merge all files"
  }

  // MARK: the union

  private static func union(_ parts: [(shard: Shard, record: EvaluationRecord)], images: Int) -> EvaluationRecord {
    var result = parts[0].record
    result.examples = []
    var places = [(part: Int, row: Int)](repeating: (0, 0), count: images)
    for (part, (shard, _)) in parts.enumerated() {
      for (row, position) in shard.positions(in: images).enumerated() { places[position] = (part, row) }
    }
    result.examples = places.map { parts[$0.part].record.examples[$0.row] }
    for (_, record) in parts.dropFirst() {
      for attack in result.seconds.indices { result.seconds[attack] += record.seconds[attack] }
      for index in record.warnings.filter({ $0.kind == .audit }).flatMap(\.examples) { result.add(audit: index) }
      guard let rows = record.comparisons else { continue }
      for (number, row) in rows.enumerated() { result.comparisons?[number].add(row) }
    }
    return result
  }
}

extension Comparison {
  /// Adds the same attack on other images.
  fileprivate mutating func add(_ other: Comparison) {
    robust = Proportion(correct: robust.correct + other.robust.correct, n: robust.n + other.robust.n)
    broken = (broken + other.broken).sorted()
    forwards += other.forwards
    backwards += other.backwards
    if let more = other.skipped { skipped = (skipped ?? 0) + more }
    seconds += other.seconds
  }
}
