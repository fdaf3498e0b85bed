import Foundation
import PyTorchFiles
import Spelling
import Synchronization
import Tensors

/// Weights of PyTorch or of a run, on disk: a state dictionary as `.safetensors`, or as `.pt` or `.pth`, which is read
/// without running anything of it.
///
/// A file becomes a network only when every tensor of that network is there in its shape and none is left over that is
/// a part of it: never a number of another network. Names may stand below a common dotted prefix (`state.`, `module.`);
/// width and classes follow from the tensors, and so does the architecture where nobody names it. What was assumed,
/// ignored or computed is in `ImportReport`.
package struct WeightsFile: Sendable {
  /// The file, for messages.
  package let path: String
  /// The tensors and metadata; empty for a PyTorch file, whose dictionary is chosen by `key`.
  let file: Safetensors
  let isPyTorch: Bool
  private let known = KnownTensors()
  let takesSettings: Bool

  /// Reads and checks the file. `takesSettings`: the reader of an error can pass `--model`, `--set` and `--layout`.
  /// Throws `FileError`.
  package init(_ path: String, takesSettings: Bool = true) throws {
    self.path = path
    self.takesSettings = takesSettings
    let url = URL(fileURLWithPath: path)
    isPyTorch = WeightsFile.isPyTorch(url)
    file = isPyTorch ? Safetensors() : try Safetensors(contentsOf: url).withoutSession
  }

  /// A zip archive or a pickle by the first bytes, or a file that is called so.
  private static func isPyTorch(_ url: URL) -> Bool {
    if ["pt", "pth", "ckpt"].contains(url.pathExtension.lowercased()) { return true }
    // A pipe that nobody writes to must not be waited for; the other readers refuse it.
    guard Safetensors.isRegular(url), let file = try? FileHandle(forReadingFrom: url) else { return false }
    defer { try? file.close() }
    let head = [UInt8]((try? file.read(upToCount: 9)) ?? Data())
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return true }
    // The header of a safetensors file, whose length may begin like a pickle, starts with a brace.
    return head.count > 8 && head[0] == 0x80 && (2...5).contains(head[1]) && head[8] != UInt8(ascii: "{")
  }

  /// The tensors of the file; of a PyTorch file the dictionary that `key` names, or the only one.
  func tensors(_ key: String?) throws -> (file: Safetensors, notes: [String]) {
    guard isPyTorch else { return (file, []) }
    if let known = known[key] { return known }
    let dictionary = try PyTorchFile(contentsOf: URL(fileURLWithPath: path)).stateDictionary(key: key)
    var read = (file: dictionary.weights, notes: dictionary.notes)
    if let names = dictionary.classNames { read.file.metadata["class_names"] = Self.encoded(names) }
    known[key] = read
    return read
  }

  /// What helps where a file cannot be explained.
  package static let another = "another checkpoint, this file is damaged"

  /// What to pass instead of a file that `remedy` would help; another file where nobody can pass it.
  func give(_ remedy: String) -> String { takesSettings ? remedy : "use \(WeightsFile.another)" }

  /// The file's metadata.
  package var metadata: [String: String] { file.metadata }

  /// True for a checkpoint of a run: its metadata are ours and must be right.
  var isOurs: Bool { metadata["dualab"] != nil }

  /// A network with these weights.
  package struct Imported {
    /// The network, ready to evaluate.
    package let network: Network
    /// What was assumed, ignored and computed.
    package let report: ImportReport
    /// The same for a person, a line each.
    package let notes: [String]

    /// The same with a further note; nil adds none.
    package func noting(_ note: String?) -> Imported {
      Imported(network: network, report: report, notes: notes + (note.map { [$0] } ?? []))
    }
  }

  /// The network for images of the size `input`. `given` are settings by hand, `ModelTexts.names`; they go before the
  /// file's metadata. `usual` is the normalization of a file that says none. Throws `FileError` when something is
  /// missing, left over, of the wrong shape, not finite, or contradicts, and `SettingError` for what was given and can
  /// be nowhere.
  package func network(
    _ given: [String: String], input: Shape, pool: ThreadPool, usual: UsualNormalization? = nil,
    convolution: ConvolutionKind = .fromEnvironment
  ) throws -> Imported {
    let notes = ImportNotes()
    var given = try Self.spelledOut(given)
    let source = try tensors(given["key"])
    if isPyTorch { given["key"] = nil }
    let texts = ModelTexts(
      given: given, metadata: source.file.metadata, file: path, takesSettings: takesSettings, isOurs: isOurs,
      notes: notes)
    let state = try named { try JoinedTensors(source.file) }
    if let model = try namedModel(texts) { try checkNames(given, model) }
    var report = ImportReport()
    var candidate = try chosen(texts, state.file, input, &report)
    try checkNames(given, candidate.model)
    try checkVariant(texts, &candidate.settings, candidate.model, &report)
    let normalization = try normalize(&candidate, texts, state.file, usual, &report)
    let left = candidate.leftovers(ignoring: texts.ignored, used: normalization)
    guard left.own.isEmpty else { throw leftOver(left.own, candidate, texts, state.file, input) }
    for tensor in candidate.needed { try checkNumbers(tensor.name, candidate.prefix, state.file) }
    guard let network = Network(candidate.settings, pool: pool, convolution: convolution) else {
      throw FileError("\(path): no model '\(candidate.settings.name)'")
    }
    try network.load(state.file, prefix: candidate.prefix)
    (report.model, report.prefix) = (candidate.settings.name, candidate.prefix)
    report.ignored = (left.foreign + source.file.unreadable.map { "\($0.key) (\($0.value))" }).sorted()
    report.converted = source.notes + sets(candidate) + state.converted
    nameClasses(source.file.metadata, candidate.settings.classes, notes, &report)
    report.metadata = notes.metadata
    (report.mean, report.std) = (candidate.settings.mean, candidate.settings.deviation)
    return Imported(network: network, report: report, notes: report.lines(path, takesSettings: takesSettings))
  }

  /// Which of several sets of weights was taken, and how to take another.
  private func sets(_ candidate: Candidate) -> [String] {
    guard let other = candidate.others.first else { return [] }
    let name = candidate.prefix.isEmpty ? "the top" : "'\(candidate.prefix.dropLast())'"
    let others = candidate.others.prefix(4).map { "'\($0)'" }.joined(separator: ", ")
    return ["weights taken from \(name); also holds weights under \(others); choose them with \(keyOption(other))"]
  }

  /// Puts the file's name before an error of its contents.
  func named<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as FileError { throw FileError("\(path): \(error)") }
  }

  // MARK: checks

  private func checkNames(_ given: [String: String], _ model: any Model.Type) throws {
    let known = ModelTexts.common + model.ownSettings
    guard let unknown = given.keys.sorted().first(where: { !known.contains($0) }) else { return }
    let near = nearestName(to: unknown, in: known).map { "did you mean '\($0)'?" }
    throw SettingError(
      "--set \(unknown): not a setting of \(model.name); " + (near ?? "use one of \(known.joined(separator: ", "))"))
  }

  private func checkNumbers(_ name: String, _ prefix: String, _ file: Safetensors) throws {
    let values = try named { try file.numbers(prefix + name) }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        "\(path): tensor '\(prefix + name)' holds \(values[place]) at element \(place); "
          + "these weights diverged; use an earlier checkpoint")
    }
    if name.contains("running_var"), let place = values.firstIndex(where: { $0 < 0 }) {
      throw FileError(
        "\(path): tensor '\(prefix + name)' holds the negative variance \(values[place]) at element \(place); "
          + "the file is damaged; save it again")
    }
  }
}

/// The dictionary of a PyTorch file that was read last: a command asks for it several times.
private final class KnownTensors: Sendable {
  private let last = Mutex<(key: String?, tensors: (file: Safetensors, notes: [String]))?>(nil)

  subscript(_ key: String?) -> (file: Safetensors, notes: [String])? {
    get { last.withLock { $0.flatMap { $0.key == key ? $0.tensors : nil } } }
    set { last.withLock { $0 = newValue.map { (key, $0) } } }
  }
}
