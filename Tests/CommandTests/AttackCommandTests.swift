import Attacks
import Commands
import Datasets
import Evaluation
import Foundation
import Tensors
import TestSupport
import Testing

/// The built program measures robustness: the reference's network and images, foreign and damaged files, interruption.
@Suite("Attacks of the program", .serialized, .timeLimit(.minutes(5)))
struct AttackCommandTests {
  static let model = Repository.oracle("attacks/model_at.safetensors").path
  static let set = Repository.oracle("attacks/evaluation_set.safetensors").path
  static let reference = ["attack", "--weights", model, "--model", "small-cnn", "--images", set, "--eps", "16/255"]

  static let pictures = Repository.oracle("formats/imagefolder").path

  private func result(_ url: URL) throws -> AttackResult { try AttackResult(contentsOf: url.path) }

  /// The verdicts as they stand in the file, with everything that is known of each image.
  private func examples(_ url: URL) throws -> NSArray {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    return try #require(object?["examples"] as? NSArray)
  }

  /// One failing run: its status and its one line.
  private func failure(_ arguments: [String]) async throws -> (status: Int32, line: String) {
    let run = try await BuiltProgram.run(arguments)
    #expect(run.error.hasPrefix("dualab: ") && run.error.split(separator: "\n").count == 1, "\(run.error)")
    #expect(run.result == "")
    return (run.status, run.error)
  }

  @Test("AutoAttack on the reference's network agrees with the reference, in table, JSON and images")
  func autoAttack() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let json = folder.appendingPathComponent("r.json"), images = folder.appendingPathComponent("x.npz")
    let run = try await BuiltProgram.run(
      Self.reference + ["--limit", "64", "--json", json.path, "--save-adversarials", images.path])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("ignored, not part of the network: images, labels, logits"))
    #expect(run.error.contains("AutoAttack on 64 images: ") && run.error.contains("APGD-T 2/4: "))
    let lines = run.result.split(separator: "\n")
    #expect(lines[1] == "AutoAttack, linf, ε 16/255, seed 0")
    #expect(lines[2] == "weights: ignored, not part of the network: images, labels, logits")
    let head = "attack   robust after  broken  seconds  forward passes  backward passes"
    let first = try #require(lines.firstIndex { $0 == head })
    #expect(lines[first + 1...first + 4].map { $0.prefix { $0 != " " } } == ["APGD-CE", "APGD-T", "FAB-T", "Square"])

    let checks = try #require(lines.first { $0.hasPrefix("checks on the first 64 images: FGSM ") })
    #expect(checks.contains(", PGD-10 ") && checks.contains(", PGD-100 ") && checks.contains(", PGD-20 at ε 0.5 0.0 %"))
    #expect(run.error.contains("\nchecks\n"))

    let object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
    let keys = ["protocol", "n", "clean_accuracy", "robust_accuracy", "interval", "attacks", "examples", "warnings"]
    #expect(keys.allSatisfy { object[$0] != nil })
    let result = try result(json), oracle = try Oracle("attacks/autoattack_at")
    #expect(result.isComplete && result.n == 64 && result.examples.count == 64)
    #expect(result.card.settings.epsilon == 16.0 / 255 && result.card.model == "small-cnn")
    #expect(result.card.checks && result.comparisons?.map(\.robust.n) == [64, 64, 64, 64])
    #expect(result.interval[0] < result.robustAccuracy && result.robustAccuracy < result.interval[1])
    let clean = try oracle.file.bytes("clean_correct"), broken = try oracle.file.bytes("cascade.square.broken")
    var agreed = 0, certain = 0
    for (image, example) in result.examples.enumerated() {
      #expect(example.verdict.cleanCorrect == (clean[image] == 1), "image \(image)")
      #expect((example.brokenBy == nil) == (example.verdict.breaking == nil))
      let seeds = (0..<5).map { broken[$0 * 512 + image] }
      guard Set(seeds).count == 1, example.verdict.cleanCorrect else { continue }
      certain += 1
      if (example.brokenBy != nil) == (seeds[0] == 1) { agreed += 1 }
    }
    #expect(certain > 40 && agreed == certain)
    let robust = result.examples.count { $0.verdict.isRobust }
    #expect(result.robustAccuracy == Double(robust) / 64)
    #expect(lines.contains { $0.hasPrefix("robust accuracy  ") && $0.hasSuffix("(\(robust) of 64)") })

    let adversarial = try LabeledImages(npz: images.path, member: "x_adv")
    let original = try LabeledImages(safetensors: Self.set, limit: 64)
    #expect(try LabeledImages(npz: images.path).pixels == original.pixels)
    #expect(adversarial.labels == original.labels)
    for (image, example) in result.examples.enumerated() {
      let range = (image * 196)..<((image + 1) * 196)
      let distance = zip(adversarial.pixels[range], original.pixels[range]).map { abs($0 - $1) }.max() ?? 0
      #expect((distance > 0) == (example.brokenBy != nil) && distance <= 16 / 255 + 1e-6, "image \(image)")
    }
    // What was saved can be attacked itself: its clean images are those above.
    let again = try await BuiltProgram.run([
      "attack", "--weights", Self.model, "--model", "small-cnn", "--npz", images.path, "--eps", "16/255", "--attack",
      "fgsm", "--json", "-", "--quiet",
    ])
    #expect(again.status == 0, "\(again.error)")
    let second = try JSONDecoder().decode(AttackResult.self, from: Data(again.result.utf8))
    #expect(!second.card.checks && second.comparisons == nil)
    #expect(second.cleanAccuracy == result.cleanAccuracy && second.attacks.map(\.name) == ["fgsm"])
  }

  @Test("an interrupted evaluation prints what it knows, and resumed it ends with the same verdicts")
  func interruption() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = { (name: String) in folder.appendingPathComponent(name) }
    let arguments = Self.reference + ["--limit", "80", "--attack", "autoattack"]
    let cut = ["--json", file("cut.json").path, "--save-adversarials", file("cut.npz").path]
    let stopped = try await BuiltProgram.run(arguments + cut) { process, result in
      let error = result.deletingLastPathComponent().appendingPathComponent("stderr")
      BuiltProgram.send(SIGINT, to: process) {
        (try? String(contentsOf: error, encoding: .utf8))?.contains("APGD-T 2/4") ?? false
      }
    }
    #expect(stopped.status == 130, "\(stopped.error)")
    #expect(stopped.result.contains("incomplete: robust accuracy may still drop"))
    #expect(stopped.error.contains("--resume \(file("cut.json").path) to continue"))
    let partial = try result(file("cut.json"))
    #expect(!partial.isComplete && partial.examples.count == 80)
    #expect(partial.examples.contains { !$0.verdict.outcomes.isEmpty })

    let resumed = try await BuiltProgram.run(
      arguments + ["--resume", file("cut.json").path, "--threads", "1"] + cut)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.error.contains(" of 80 images finished"))
    let whole = try await BuiltProgram.run(
      arguments + ["--json", file("whole.json").path, "--save-adversarials", file("whole.npz").path])
    #expect(whole.status == 0)
    #expect(try examples(file("cut.json")) == examples(file("whole.json")))
    #expect(try Data(contentsOf: file("cut.npz")) == Data(contentsOf: file("whole.npz")))

    let other = try await failure(arguments + ["--seed", "1", "--resume", file("cut.json").path])
    #expect(other.status == 2 && other.line.contains("different value of --seed"), "\(other.line)")
    try FileManager.default.removeItem(at: file("cut.npz"))
    let gone = try await failure(arguments + ["--resume", file("cut.json").path] + cut)
    #expect(gone.status == 1 && gone.line.contains("needs the file that the interrupted evaluation wrote"))
    let unchecked = try await failure(arguments + ["--no-checks", "--resume", file("cut.json").path])
    #expect(unchecked.status == 2 && unchecked.line.contains("different value of --checks"), "\(unchecked.line)")
    let wrong = try await failure(arguments + ["--resume", Self.set])
    #expect(wrong.status == 1 && wrong.line.contains("not the JSON of an evaluation"), "\(wrong.line)")
  }

  @Test("a state dictionary below a prefix, without metadata, gives the same verdicts")
  func foreignWeights() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let original = try Safetensors(contentsOf: URL(fileURLWithPath: Self.model))
    var foreign = Safetensors()
    for (name, tensor) in original.tensors where name.hasPrefix("state.") {
      foreign.tensors["model.module." + name.dropFirst(6)] = tensor
    }
    let weights = folder.appendingPathComponent("foreign.safetensors"),
      attack = ["--attack", "apgd-ce", "--limit", "32"]
    try foreign.write(to: weights)
    let files = ["a.json", "b.json"].map { folder.appendingPathComponent($0) }
    let first = try await BuiltProgram.run(Self.reference + attack + ["--json", files[0].path])
    let second = try await BuiltProgram.run(
      [
        "attack", "--weights", weights.path, "--model", "small-cnn", "--images", Self.set, "--eps",
        "0.06274509803921569",
        "--set", "mean=0.286", "--set", "std=0.32", "--json", files[1].path,
      ] + attack)
    #expect(first.status == 0 && second.status == 0, "\(first.error)\(second.error)")
    #expect(try examples(files[0]) == examples(files[1]))
    // Without them the network would see other images, and the program says so.
    let unsaid = try await BuiltProgram.run([
      "attack", "--weights", weights.path, "--model", "small-cnn", "--images", Self.set, "--eps", "8/255", "--attack",
      "fgsm", "--limit", "8",
    ])
    #expect(unsaid.status == 0 && unsaid.error.contains("no mean and std in the file"))
  }

  @Test("a checkpoint knows its network, its data and its ε")
  func checkpoint() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let out = folder.appendingPathComponent("run")
    let trained = try await BuiltProgram.run(
      ["train", "--steps", "3", "--out", out.path, "--set", "eps=4/255"] + SmallRun.options)
    #expect(trained.status == 0, "\(trained.error)")
    let last = out.appendingPathComponent("checkpoints/last.safetensors").path
    let run = try await BuiltProgram.run([
      "attack", "--checkpoint", last, "--attack", "fgsm,pgd", "--individual", "--json", "-", "--quiet",
    ])
    #expect(run.status == 0, "\(run.error)")
    let result = try JSONDecoder().decode(AttackResult.self, from: Data(run.result.utf8))
    #expect(result.card.data == "mirage:test" && result.card.images == 64 && result.card.eps == 4.0 / 255)
    #expect(result.card.model == "conv4" && result.card.width == 4)
    #expect(result.attacks.allSatisfy { $0.attacked == $0.finished && $0.robustAccuracy >= result.robustAccuracy })
    let split = try await BuiltProgram.run([
      "attack", "--checkpoint", last, "--data", "mirage:validation", "--attack", "fgsm", "--norm", "l2", "--eps", "0.1",
      "--limit", "5",
    ])
    #expect(split.status == 0, "\(split.error)")
    #expect(split.result.contains("on 5 images (1×16×16) from mirage:validation") && split.result.contains("l2, ε 0.1"))
    let wrong = try await failure(["attack", "--checkpoint", Self.model, "--eps", "8/255"])
    #expect(wrong.status == 1 && wrong.line.contains("not a checkpoint of dualab"))
  }

  @Test(
    "what does not go together is a usage error of one line",
    arguments: [
      (["attack"], "use either --checkpoint FILE, or --weights FILE"),
      (
        ["attack", "--weights", model, "--checkpoint", model],
        "use either --checkpoint FILE, or --weights FILE"
      ),
      (["attack", "--checkpoint", model, "--model", "conv4"], "the checkpoint names its own model"),
      (
        ["attack", "--weights", model, "--model", "small-cnn", "--eps", "1/255"],
        "the images are missing; use --data NAME, --npz FILE or --images FILE"
      ),
      (reference + ["--skip-broken"], "--skip-broken: not used with the arrays of --images; remove it"),
      (reference + ["--set", "data.crop=14"], "--set data.crop=14: not used with the arrays of --images; remove it"),
      (
        ["attack", model, "--images", pictures, "--eps", "1/255", "--layout", "nchw"],
        "--layout nchw: image files have their own order"
      ),
      (["attack", model, "--images", pictures, "--eps", "1/255", "--set", "data.noise=0"], "not used by data folder"),
      (
        ["attack", model, "--images", pictures, "--eps", "1/255", "--set", "data.dir=x"],
        "--set data.dir=x: not used with --images"
      ),
      (["attack", "--weights", model, "--images", set], "--eps is missing; give the radius"),
      (["attack", "--weights", model, "--images", set, "--eps", "8/0"], "--eps 8/0: use a number or a fraction"),
      (reference + ["--limit", "0"], "--limit 0: use a whole number of at least 1"),
      (reference + ["--threads", "0"], "--threads 0"),
      (reference + ["--seed", "-1"], "--seed"),
      (reference + ["--norm", "l1"], "l1"),
      (reference + ["--set", "width"], "use NAME=VALUE"),
      (["attack", "--weights", model, "--data", "mirage:tset", "--eps", "1/255"], "one of train, validation, test"),
      (["attack", "--weights", model, "--data", "mirag", "--eps", "1/255"], "mirag"),
    ])
  func usage(arguments: [String], problem: String) async throws {
    let failed = try await failure(arguments)
    #expect(failed.status == 2 && failed.line.contains(problem), "\(failed.line)")
  }

  @Test(
    "what cannot be attacked is an error of one line",
    arguments: [
      (reference + ["--attack", "autoatack"], "attack 'autoatack' is unknown; did you mean 'autoattack'?"),
      (reference + ["--attack", "autoattack,pgd"], "'autoattack' is a suite and can't be combined"),
      (reference + ["--eps", "0"], "eps 0"),
      (reference + ["--eps", "2"], "eps 2"),
      (reference + ["--model", "conv4"], "not the weights of conv4"),
      (reference + ["--model", "conv5"], "did you mean 'conv4'?"),
      (reference + ["--set", "width2=17"], "wrong shape: conv2.weight [16, 8, 3, 3] where [17, 8, 3, 3] is needed"),
      (reference + ["--set", "classes=11"], "fc.bias [10] where [11] is needed"),
      (reference + ["--set", "size=28"], "the network takes images of 1×28×28"),
      (reference + ["--json", "/nowhere/x.json"], "/nowhere/x.json: its folder is missing"),
      (["attack", "--weights", "/nowhere/w.safetensors", "--images", set, "--eps", "1/255"], "/nowhere/w.safetensors"),
      (["attack", "--weights", set, "--images", set, "--eps", "1/255"], "'dualab models list' has the networks"),
      (
        ["attack", "--weights", model, "--model", "small-cnn", "--data", "mirage", "--eps", "1/255"],
        "takes images of 1×14×14"
      ),
      (
        ["attack", "--weights", model, "--model", "small-cnn", "--images", model, "--eps", "1/255", "--limit", "0"],
        "--limit"
      ),
    ])
  func refusals(arguments: [String], problem: String) async throws {
    let failed = try await failure(arguments)
    #expect(failed.status != 0 && failed.line.contains(problem), "\(failed.line)")
  }

  @Test("damaged images and labels that the network does not know are refused by name")
  func damagedFiles() async throws {
    let network = ["attack", "--weights", Self.model, "--model", "small-cnn", "--eps", "8/255"]
    for name in try FileManager.default.contentsOfDirectory(atPath: Repository.oracle("malformed").path)
    where name.hasPrefix("npz_") && name != "npz_big_endian.npz" {
      let failed = try await failure(network + ["--npz", Repository.oracle("malformed/\(name)").path])
      #expect(failed.status == 1 && failed.line.contains(name), "\(failed.line)")
    }
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("x.safetensors")
    var images = Safetensors()
    images.add("images", shape: [1, 1, 14, 14], floats: Array(repeating: 0.5, count: 196))
    images.add("labels", shape: [1], integers: [10])
    try images.write(to: file)
    let label = try await failure(network + ["--images", file.path])
    #expect(label.line.contains("label 10 at position 0 is not in 0 … 9"), "\(label.line)")
    var weights = try Safetensors(contentsOf: URL(fileURLWithPath: Self.model))
    weights.add("state.bn1.bias", shape: [8], floats: [0, 0, .nan, 0, 0, 0, 0, 0])
    try weights.write(to: file)
    let nan = try await failure([
      "attack", "--weights", file.path, "--model", "small-cnn", "--images", Self.set, "--eps", "8/255",
    ])
    #expect(nan.status == 1 && nan.line.contains("'state.bn1.bias' holds nan at element 2"), "\(nan.line)")
  }

  @Test("attacks list names every suite and attack, show gives their settings")
  func listing() async throws {
    let list = try await BuiltProgram.run(["attacks"])
    #expect(list.status == 0)
    let names = list.result.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    #expect(
      names == attackSuites.map(\.name) + evaluationAttacks.map { $0.name })
    for name in names {
      let shown = try await BuiltProgram.run(["attacks", "show", name])
      #expect(shown.status == 0 && shown.result.split(separator: "\n").count >= 3, "\(name)")
    }
    let few = try await BuiltProgram.run(["attacks", "show", "autoattack", "--classes", "3"])
    #expect(few.result.hasPrefix("AA (K=3)\n") && few.result.contains("APGD-DLR"))
    let none = try await failure(["attacks", "show", "fbsm"])
    #expect(none.status == 2 && none.line.contains("'fbsm' is unknown"))
  }

  @Test("names as the field writes them, and what is none is a usage error")
  func fieldNames() async throws {
    let quick = Self.reference + ["--limit", "4", "--quiet", "--no-checks"]
    for (arguments, title) in [
      (["--norm", "Linf", "--attack", "PGD-20"], "PGD-20, linf, "),
      (["--norm", "L2", "--attack", "pgd5"], "PGD-5, l2, "),
      (["--attack", "FGSM,APGD_CE-3"], "FGSM → APGD-CE-3, linf, "),
    ] {
      let run = try await BuiltProgram.run(quick + arguments)
      #expect(run.status == 0 && run.result.contains("\n" + title), "\(run)")
    }
    for arguments in [
      ["--attack", "PGD-0"], ["--attack", "fgsm-3"], ["--norm", "l3"], ["--attack", "nothing"], ["--model", "conv5"],
      ["--eps", "1e-9"], ["--eps", "8"],
    ] {
      let failed = try await failure(quick + arguments)
      #expect(failed.status == 2, "\(arguments) \(failed.line)")
      #expect(arguments != ["--eps", "8"] || failed.line.contains("did you mean 8/255?"), "\(failed.line)")
    }
  }

  @Test("the JSON says what was assumed, and a clean accuracy of guessing is said before the attacks")
  func trust() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let json = folder.appendingPathComponent("r.json"), images = folder.appendingPathComponent("x.npz")
    let original = try LabeledImages(safetensors: Self.set, limit: 64)
    var file = NPZWriter()
    try file.add("pictures", shape: [64, 1, 14, 14], floats: original.pixels)
    try file.add("classes", shape: [64], integers: original.labels.map { ($0 + 1) % 10 })
    try file.write(to: images)
    let run = try await BuiltProgram.run([
      "attack", "--weights", Self.model, "--model", "small-cnn", "--npz", images.path, "--layout", "nchw", "--eps",
      "16/255", "--attack", "fgsm", "--json", json.path,
    ])
    #expect(run.status == 0, "\(run.error)")
    let warning = try #require(run.error.range(of: "with labels one lower it would be ")), attacks = "\nFGSM 1/1"
    #expect(run.error.range(of: attacks).map { warning.lowerBound < $0.lowerBound } ?? true)
    #expect(run.error.contains("note: \(images.path): images are 'pictures', labels 'classes'"))
    #expect(run.result.contains("\nimages: images are 'pictures', labels 'classes'\n"))
    let result = try result(json)
    #expect(result.warnings.first?.kind == .guessing && result.checks.first?.kind == .guessing)
    let imported = try #require(result.imported)
    #expect(imported.weights.model == "small-cnn" && imported.weights.ignored == ["images", "labels", "logits"])
    #expect(imported.images == ["images are 'pictures', labels 'classes'"])
    // What began earlier has warned then, but who reads stdout by a program sees it now.
    let resumed = try await BuiltProgram.run([
      "attack", "--weights", Self.model, "--model", "small-cnn", "--npz", images.path, "--layout", "nchw", "--eps",
      "16/255", "--attack", "fgsm", "--resume", json.path, "--json", "-",
    ])
    #expect(resumed.status == 0 && resumed.error.contains("with labels one lower it would be "), "\(resumed.error)")
  }
}
