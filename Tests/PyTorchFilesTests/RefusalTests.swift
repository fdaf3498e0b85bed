import Foundation
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// Every file of `refused/` is called what it is, in one line with what helps.
struct RefusalTests {
  /// What each message must say: what is wrong, then the remedy.
  static let expected: [String: [String]] = [
    "ambiguous.pt": ["several sets of weights: 'generator' (9 tensors), 'critic' (9 tensors)", "--key generator"],
    "bigendian.pt": ["byte order 'big'", "torch.load("],
    "bomb.pt": ["'bomb/data.pkl' is compressed", "zip -0"],
    "builtins_eval.pt": ["builtin", "eval", "nothing was run", "source you trust"],
    "cut_pickle.pt": ["ends in the middle of an instruction", "download it again"],
    "deflated.pt": ["is compressed", "zip -0"],
    "empty_dictionary.pt": ["is an empty dictionary", "torch.save(model.state_dict()"],
    "empty_file.pt": ["is empty (0 bytes)", "download it again"],
    "empty_pickle.pt": ["data.pkl is empty", "save it again"],
    "expanded.pt": ["more than 8 times as large as the file", "tensor.clone()"],
    "flipped_bit.pt": ["does not match its checksum", "download it again"],
    "gzip.pt": ["compressed with gzip", "gunzip -c"],
    "legacy_truncated.pt": ["ends before its last tensor", "download it again"],
    "lfs_pointer.pt": ["git-lfs pointer", "git lfs pull"],
    "missing_storage.pt": ["has no entry '", "data/3'", "download it again"],
    "module_under_key.pt": [
      "pickled module (torch.nn.modules.container.Sequential)", "torch.save(x[\"model\"].state_dict()",
    ],
    "no_pickle.pt": ["zip file without data.pkl", "torch.save(model.state_dict()"],
    "not_a_zip.pt": ["is not a PyTorch checkpoint (it begins with \"hello, this is n\")", "torch.save"],
    "numpy.pt": ["NumPy archive", "--npz"],
    "os_protocol4.pt": ["calls posix.system", "nothing was run", "source you trust"],
    "os_system.pt": ["calls posix.system", "nothing was run", "source you trust"],
    "plain_pickle.pt": ["plain pickle", "pickle"],
    "plain_pickle_of_tensors.pt": ["written by pickle.dump", "save it again with torch.save"],
    "safetensors.pt": ["is a safetensors file", ".safetensors"],
    "short_storage.pt": ["data/0' has ", "expected 432", "download it again"],
    "single_tensor.pt": ["is a single tensor of shape [3]", "torch.save(model.state_dict()"],
    "spectral_norm.pt": ["spectral normalization", "torch.nn.utils.remove_spectral_norm"],
    "spectral_norm_parametrized.pt": ["parametrization", "torch.nn.utils.parametrize.remove_parametrizations"],
    "subprocess.pt": ["calls commands.check_output", "nothing was run"],
    "tar.pt": ["tar archive", "weights_only=False"],
    "torchscript.pt": ["TorchScript", "torch.jit.load(", "x.state_dict()"],
    "truncated.pt": ["damaged or incomplete zip file", "download it again"],
    "web_page.pt": ["web page", "gdown"],
    "whole_module.pt": ["pickled module (my_models.Mine)", "x.state_dict()"],
    "whole_module_legacy.pt": ["pickled module (torch.nn.modules.container.Sequential)", "x.state_dict()"],
    "whole_module_torch.pt": ["pickled module (torch.nn.modules.container.Sequential)", "x.state_dict()"],
    "zip_of_checkpoint.pt": ["zip file around 'weights/best.pth'", "unzip"],
  ]

  @Test(arguments: try FileManager.default.contentsOfDirectory(atPath: Repository.oracle("pt/refused").path).sorted())
  func aFileIsRefusedInOneLine(_ name: String) throws {
    let url = Repository.oracle("pt/refused/\(name)")
    let words = try #require(Self.expected[name], "no expectation for \(name)")
    let text = try message { _ = try PyTorchFile(contentsOf: url).stateDictionary() }
    #expect(text.hasPrefix("\(url.path): "))
    #expect(!text.contains("\n"))
    for word in words { #expect(text.contains(word), "'\(word)' is not in: \(text)") }
    let inMemory = try message { _ = try PyTorchFile(data: Data(contentsOf: url), name: url.path).stateDictionary() }
    #expect(inMemory == text)
  }

  @Test func everyExpectationHasItsFile() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Repository.oracle("pt/refused").path)
    #expect(Set(files) == Set(Self.expected.keys))
  }

  @Test func aFolderAndAMissingFileAreSaid() throws {
    #expect(try message { _ = try PyTorchFile(contentsOf: Repository.oracle("pt")) }.contains("is a folder"))
    let missing = Repository.oracle("pt/none.pt")
    #expect(try message { _ = try PyTorchFile(contentsOf: missing) }.contains("no such file; check the path"))
    let relative = URL(fileURLWithPath: "none.pt")
    #expect(try message { _ = try PyTorchFile(contentsOf: relative) } == "none.pt: no such file; check the path")
    #expect(try message { _ = try PyTorchFile(contentsOf: URL(fileURLWithPath: "/dev/zero")) }.contains("regular file"))
  }

  @Test func controlCharactersOfAFileDoNotReachTheTerminal() throws {
    // PROTO 2, GLOBAL 'os' 'x\e[31m', then a call of it.
    let pickle = Data([0x80, 2]) + Data("cos\nx\u{1B}[31m\n".utf8) + Data([0x29, 0x52, 0x2E])
    let text = try message { _ = try PyTorchFile(data: pickle, name: "a\u{7}b.pt") }
    #expect(text.contains("os.x\\u{1B}[31m"), "\(text)")
    #expect(!text.contains("\u{1B}") && !text.contains("\u{7}"))
  }
}
