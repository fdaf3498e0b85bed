import Foundation
import Testing

/// The built program diagnoses a run of a few steps.
@Suite("Diagnoses of the program", .timeLimit(.minutes(5)))
struct DiagnoseCommandTests {
  @Test("a run is diagnosed from its folder and from its checkpoint, in words and in JSON")
  func diagnose() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = folder.appendingPathComponent("run").path, json = folder.appendingPathComponent("d.json")
    let training = try await BuiltProgram.run([
      "train", "--preset", "false-robustness", "--set", "steps=12", "--set", "test.limit=16", "--set", "eps=8/255",
      "--out", run, "--quiet",
    ])
    #expect(training.status == 0, "\(training.error)")
    let words = try await BuiltProgram.run(["diagnose", run, "--limit", "20", "--json", json.path, "--quiet"])
    #expect(words.status == 0 && words.error == "", "\(words.error)")
    let lines = words.result.split(separator: "\n").map(String.init)
    #expect(lines[0].hasSuffix("last.safetensors: conv4, width 16, false-robustness, step 12"))
    #expect(
      lines[1] == "20 images (1×16×16) from mirage:test; PGD-10 as in training, and AutoAttack; linf, ε 8/255, seed 0")
    for layer in ["1 body.1", "2 body.4", "3 body.7", "4 body.10", "sum"] {
      #expect(lines.count { $0.hasPrefix(layer + " ") } == 1, "\(words.result)")
    }

    let object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
    let counts = try ["clean", "pgd", "autoattack"].map { key in
      try #require((object[key] as? [String: Int])?["correct"], "\(key)")
    }
    #expect(counts[0] >= counts[2] && counts[1] >= counts[2])
    let gap = try #require(object["full"] as? [String: Any])
    #expect(
      gap["n"] as? Int == 20 && gap["survivors"] as? Int == counts[1] && gap["broken"] as? Int == counts[1] - counts[2])
    let layers = try #require(object["layers"] as? [[String: Any]])
    let distances = try #require((object["w2_as_returned"] as? [String: Any])?["clean_pgd"] as? [String: Any])
    let sum = try #require(distances["sum"] as? Double), parts = try #require(distances["layers"] as? [Double])
    #expect(layers.count == 4 && parts.count == 4 && sum > 0 && abs(parts.reduce(0, +) - sum) < 1e-12)

    // Nothing to route without dual norms; both ends of Fig. 4 for every layer.
    #expect(
      layers.allSatisfy { $0["posterior"] == nil && $0["clean_running"] is Double && $0["pgd_running"] is Double })
    #expect(!words.result.contains("routed correctly"))

    let one = try await BuiltProgram.run([
      "diagnose", "--checkpoint", run + "/checkpoints/last.safetensors", "--limit", "20", "--layer", "body.7", "--json",
      "-", "--quiet", "--threads", "1",
    ])
    let other = try #require(JSONSerialization.jsonObject(with: Data(one.result.utf8)) as? [String: Any])
    for key in ["full", "quick", "evidence", "w2_as_returned"] {
      #expect(other[key] as? NSDictionary == object[key] as? NSDictionary, "\(key)")
    }
    let only = try #require((other["layers"] as? [[String: Any]])?.first)
    #expect(only["name"] as? String == "body.7")
    #expect(((only["points"] as? [String: Any])?["pgd"] as? [[Double]])?.count == 20)

    let dual = folder.appendingPathComponent("dual").path
    let trained = try await BuiltProgram.run([
      "train", "--preset", "false-robustness", "--set", "steps=4", "--set", "test.limit=16", "--set", "norm=dbn",
      "--set",
      "sentinel.every=0", "--out", dual, "--quiet",
    ])
    #expect(trained.status == 0, "\(trained.error)")
    let routes = try await BuiltProgram.run(["diagnose", dual, "--limit", "8", "--json", json.path, "--quiet"])
    #expect(routes.status == 0 && routes.result.contains("routed correctly"), "\(routes.error)")
    let routed = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
    let posteriors = try #require(routed["layers"] as? [[String: Any]]).compactMap { $0["posterior"] as? [String: Any] }
    #expect(!posteriors.isEmpty)
    for posterior in posteriors {
      let routing = try #require(posterior["routing"] as? Double), pixels = try #require(posterior["pixels"] as? Int)
      #expect((0...1).contains(routing) && (posterior["histogram"] as? [Int])?.reduce(0, +) == pixels)
    }

    #expect(routed["branches"] == nil && object["branches"] == nil)
    let split = folder.appendingPathComponent("split").path
    _ = try await BuiltProgram.run([
      "train", "--preset", "false-robustness", "--set", "steps=8", "--set", "test.limit=16", "--set", "norm=split",
      "--set", "sentinel.every=0", "--out", split, "--quiet",
    ])
    let sets = try await BuiltProgram.run(["diagnose", split, "--limit", "32", "--json", json.path, "--quiet"])
    #expect(sets.status == 0 && sets.result.contains("not a valid threat model"), "\(sets.error)")
    let read = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
    let rows = try #require(read["branches"] as? [[String: Any]])
    #expect(rows.map { $0["branch"] as? String } == ["clean", "adversarial"])
    // The network is read through the adversarial set, so that row repeats what stands above the table.
    #expect(rows[1]["clean"] as? NSDictionary == read["clean"] as? NSDictionary)
    #expect(rows[0]["clean"] as? NSDictionary != rows[1]["clean"] as? NSDictionary)

    for (arguments, status, text) in [
      ([run, "--layer", "conv9"], 2, "use a number in 1 … 4 or one of body.1"),
      ([folder.path], 1, "has no checkpoints/last"),
      ([], 2, "use one of the folder of a run, --checkpoint FILE and --weights FILE"),
      ([run, "--limit", "0"], 2, "use a whole number of at least 1"),
      ([run, "--set", "gamma=1"], 2, "only data settings"),
      (["--checkpoint", json.path], 1, "d.json"),
    ] {
      let failed = try await BuiltProgram.run(["diagnose"] + arguments)
      #expect(failed.status == status && failed.result == "" && failed.error.contains(text), "\(failed.error)")
      #expect(failed.error.split(separator: "\n").count == 1)
    }
  }
}
