import Commands
import Evaluation
import Foundation
import TestSupport
import Testing

/// `--robustbench` says everything about the network; `models` lists what there is.
@Suite struct RobustBenchCommandTests {
  private let weights = Repository.oracle("import/good.safetensors").path
  private let images = Repository.oracle("import/good.npz").path

  @Test func anEntryNeedsNoOtherSettingAndPrintsThePublishedNumbers() async throws {
    let folder = try BuiltProgram.newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let json = folder.appendingPathComponent("r.json")
    let run = try await BuiltProgram.run([
      "attack", "--robustbench", "Rice2020Overfitting", "--norm", "l2", weights, "--npz", images, "--attack", "fgsm",
      "--no-checks", "--limit", "4", "--json", json.path,
    ])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.result.contains("FGSM, l2, ε 0.5, seed 0"))
    #expect(run.result.contains("published: clean 88.67 %, AutoAttack 67.68 %, l2, ε 0.5\n"))
    #expect(run.result.contains("(RobustBench, model_info/cifar10/L2/Rice2020Overfitting.json)"))
    let card = try AttackResult(contentsOf: json.path).card
    #expect(card.model == "preact-resnet18" && card.finalNorm && card.mean == [0.4914, 0.4822, 0.4465])
    #expect(card.robustBench?.autoAttack == 67.68 && card.robustBench?.entry == "cifar10/L2/Rice2020Overfitting")
  }

  @Test func anotherNetworkThanTheEntrysHasNoPublishedNumbers() async throws {
    let run = try await BuiltProgram.run([
      "attack", "--robustbench", "Rice2020Overfitting", "--norm", "l2", weights, "--npz", images, "--attack", "fgsm",
      "--no-checks", "--limit", "4", "--set", "mean=0", "--set", "std=1",
    ])
    #expect(run.status == 0 && !run.result.contains("published:"), "\(run)")
    #expect(run.error.contains("note: the published accuracies of Rice2020Overfitting are left out: --set mean=… and "))
  }

  @Test func theDataSetOfAnEntryIsWrittenAsPeopleWriteIt() throws {
    for (data, entry) in [
      ("CIFAR100:test", "cifar100/Linf/Rice2020Overfitting"), ("cifar", "cifar10/Linf/Rice2020Overfitting"),
    ] {
      let options = try AttackOptions.parse(["w.pt", "--robustbench", "Rice2020Overfitting", "--data", data])
      #expect(try options.entry?.fullName == entry)
    }
  }

  @Test(arguments: [
    (
      ["--robustbench", "cifar10/Linf/Wong2020Fast", "--norm", "l2"], 2,
      "the ε of Wong2020Fast, 8/255, is of linf; add --eps"
    ),
    (["--robustbench", "Rice2020Overfitting"], 1, "not the weights of wide-resnet"),
    (["--robustbench", "Wong2020Fast"], 1, "holds parts of a network that preact-resnet18 does not have: bn.bias"),
    (["--robustbench", "Wong2020Fst"], 2, "did you mean 'Wong2020Fast'?"),
    (["--robustbench", "Wong2020Fast", "--model", "conv4"], 2, "--model conv4 is not needed"),
    (["--robustbench", "Wong2020Fast", "--norm", "l2"], 2, "there: cifar10/Linf/Wong2020Fast"),
    (["--weights", "x.pt", "--eps", "8/255"], 2, "weights are given twice"),
  ])
  func whatDoesNotGoTogetherIsOneLine(options: [String], status: Int32, line: String) async throws {
    let run = try await BuiltProgram.run(["attack", weights, "--npz", images, "--attack", "fgsm"] + options)
    #expect(run.status == status && run.error.contains(line), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1)
  }

  @Test func modelsAreListedAndShown() async throws {
    let list = try await BuiltProgram.run(["models"])
    for name in ["wide-resnet-deepmind", "vgg16-bn-cifar", "preact-resnet34"] { #expect(list.result.contains(name)) }
    let show = try await BuiltProgram.run(["models", "show", "preact-resnet18-deepmind"])
    for fact in [
      "names of", "DeepMind", "activation silu", "CIFAR-10", "layer_0.0.batchnorm_0.weight [64]", "eps 1e-05",
    ] {
      #expect(show.result.contains(fact), "\(fact)")
    }
    let sized = try await BuiltProgram.run(["models", "show", "WRN-28-10"])
    #expect(sized.result.hasPrefix("wide-resnet 28-10: ") && sized.result.contains("36479194 at width 16"), "\(sized)")
    let numbered = try await BuiltProgram.run(["models", "show", "conv4-3"])
    #expect(numbered.status == 2 && numbered.error.contains("conv4 takes no numbers; use conv4"))
    let near = try await BuiltProgram.run(["models", "show", "resnet80"])
    #expect(near.status == 2 && near.error.contains("did you mean 'resnet"))
    let entries = try await BuiltProgram.run(["models", "robustbench", "rice2020"])
    #expect(entries.result.split(separator: "\n").count == 4 && entries.result.contains("wide-resnet 34-20"))
  }
}
