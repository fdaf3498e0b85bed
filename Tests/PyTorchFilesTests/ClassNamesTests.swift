import Foundation
import PyTorchFiles
import Testing

/// What a checkpoint says of its classes.
@Suite struct ClassNamesTests {
  /// A checkpoint with one entry.
  private func names(under key: String, inside place: String? = nil, _ body: (inout PickleAssembler) -> Void) throws
    -> [String]?
  {
    var pickle = PickleAssembler()
    pickle.dictionary()
    if let place {
      pickle.text(place)
      pickle.dictionary()
    }
    pickle.text(key)
    body(&pickle)
    pickle.setItem()
    if place != nil { pickle.setItem() }
    return try PyTorchFile(data: pickle.file(), name: "w.pt").classNames
  }

  private func list(_ names: [String]) -> (inout PickleAssembler) -> Void {
    { pickle in
      pickle.list()
      for name in names {
        pickle.text(name)
        pickle.append()
      }
    }
  }

  private func numbered(_ names: [(String, Int)], namesAreKeys: Bool) -> (inout PickleAssembler) -> Void {
    { pickle in
      pickle.dictionary()
      for (name, number) in names {
        if namesAreKeys { pickle.text(name) }
        pickle.integer(number)
        if !namesAreKeys { pickle.text(name) }
        pickle.setItem()
      }
    }
  }

  @Test(arguments: [("classes", nil), ("class_names", "meta"), ("label_names", "hyper_parameters")])
  func aListIsInOrder(key: String, place: String?) throws {
    #expect(try names(under: key, inside: place, list(["cat", "ant", "dog"])) == ["cat", "ant", "dog"])
  }

  @Test func aDictionaryIsInTheOrderOfItsNumbers() throws {
    let pairs = [("dog", 2), ("ant", 0), ("cat", 1)]
    #expect(try names(under: "class_to_idx", numbered(pairs, namesAreKeys: true)) == ["ant", "cat", "dog"])
    #expect(try names(under: "idx_to_class", numbered(pairs, namesAreKeys: false)) == ["ant", "cat", "dog"])
  }

  @Test func whatIsNoListOfNamesIsNone() throws {
    #expect(try names(under: "classes") { $0.integer(10) } == nil)
    #expect(try names(under: "classes", list(["cat"])) == nil)
    #expect(try names(under: "class_to_idx", numbered([("cat", 0), ("dog", 2)], namesAreKeys: true)) == nil)
    #expect(try names(under: "class_to_idx", numbered([("cat", 0), ("dog", 0)], namesAreKeys: true)) == nil)
    #expect(try names(under: "other", list(["cat", "dog"])) == nil)
    let mixed = try names(under: "classes") { pickle in
      pickle.list()
      pickle.text("cat")
      pickle.append()
      pickle.integer(3)
      pickle.append()
    }
    #expect(mixed == nil)
  }

  @Test(arguments: [
    (#"["cat", "dog"]"#, ["cat", "dog"]), ("['cat', 'dog']", ["cat", "dog"]), ("cat, dog", ["cat", "dog"]),
    (#"{"cat": 1, "dog": 0}"#, ["dog", "cat"]), (#"{"0": "cat", "1": "dog"}"#, ["cat", "dog"]), ("10", nil),
    ("1,2", nil), ("[1, 2]", nil), ("cat", nil), (#"{"cat": 1, "dog": 1}"#, nil), ("[", nil),
  ])
  func metadataAreReadInEveryForm(text: String, expected: [String]?) {
    #expect(ClassNames.inMetadata(["classes": text]) == expected)
  }

  /// A mean that lies among hyperparameters may be the network's or not: it is told.
  @Test func numbersOfANormalizationElsewhereAreNoted() throws {
    var pickle = PickleAssembler()
    pickle.dictionary()
    pickle.text("state_dict")
    pickle.dictionary()
    for name in ["conv1.weight", "conv1.bias"] {
      pickle.text(name)
      pickle.global("torch._utils", "_rebuild_tensor_v2")
      pickle.tensorArguments()
      pickle.call()
      pickle.setItem()
    }
    pickle.setItem()
    pickle.text("config")
    pickle.dictionary()
    pickle.text("mean")
    pickle.list()
    for number in [1, 0, 2] {
      pickle.integer(number)
      pickle.append()
    }
    pickle.setItem()
    pickle.setItem()
    let notes = try PyTorchFile(data: pickle.file(storages: 1), name: "w.pt").stateDictionary().notes
    let note = "'config.mean' (1.0, 0.0, 2.0) is not among the weights and was not used; pass --set mean=1.0,0.0,2.0"
    #expect(notes.contains { $0.hasPrefix(note) }, "\(notes)")
  }
}
