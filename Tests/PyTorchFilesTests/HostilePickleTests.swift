import Foundation
import PyTorchFiles
import Tensors
import TestSupport
import Testing

/// Small pickles that ask for much work or memory. Each took minutes or gigabytes where work was not linear in the
/// file: the limit of time is many times what is needed, one after another.
@Suite(.serialized, .timeLimit(.minutes(2))) struct HostilePickleTests {
  /// A pickle that only costs time, and what it is refused as.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let words: String
    let assemble: @Sendable (inout PickleAssembler) -> Void

    init(_ description: String, _ words: String, _ assemble: @escaping @Sendable (inout PickleAssembler) -> Void) {
      (testDescription, self.words, self.assemble) = (description, words, assemble)
    }
  }

  static let growing: [Case] = [
    Case("1.5 million items, one APPEND each", "is a list without") { pickle in
      pickle.list()
      for _ in 0..<1_500_000 {
        pickle.none()
        pickle.append()
      }
    },
    Case("1.5 million items, one SETITEM each", "is a dictionary without") { pickle in
      pickle.dictionary()
      for number in 0..<1_500_000 {
        pickle.integer(number)
        pickle.none()
        pickle.setItem()
      }
    },
    Case("half a million items of a set, one ADDITEMS each", "is a list without") { pickle in
      pickle.add(0x8F)
      for _ in 0..<500_000 {
        pickle.add(0x28)
        pickle.none()
        pickle.add(0x90)
      }
    },
    Case("a tuple in a tuple, 1 million times", "is a list without") { pickle in
      pickle.emptyTuple()
      for _ in 0..<1_000_000 { pickle.add(0x85) }
    },
    Case("1.5 million remembered values", "is a single value") { pickle in
      for _ in 0..<1_500_000 {
        pickle.none()
        pickle.add(0x94)
      }
    },
  ]

  static let repeating: [Case] = [
    Case("a big list under 100 000 keys", "is a dictionary without") { pickle in
      pickle.bigList()
      pickle.keep(0)
      pickle.zeroUnderKeys(100_000)
    },
    Case("a big dictionary under 100 000 keys", "is a dictionary without") { pickle in
      pickle.bigDictionary()
      pickle.keep(0)
      pickle.zeroUnderKeys(100_000)
    },
    Case("a big state of 100 000 objects", "is a dictionary without") { pickle in
      pickle.bigDictionary()
      pickle.keep(0)
      pickle.global("argparse", "Namespace")
      pickle.keep(1)
      pickle.dictionary()
      for number in 0..<100_000 {
        pickle.text("k\(number)")
        pickle.get(1)
        pickle.emptyTuple()
        pickle.add(0x81)
        pickle.get(0)
        pickle.add(0x62)
        pickle.setItem()
      }
    },
    Case("an object of 100 000 states under 100 000 keys", "is a dictionary without") { pickle in
      pickle.bigDictionary()
      pickle.keep(1)
      pickle.global("argparse", "Namespace")
      pickle.emptyTuple()
      pickle.add(0x81)
      for _ in 0..<100_000 {
        pickle.get(1)
        pickle.add(0x62)
      }
      pickle.keep(0)
      pickle.zeroUnderKeys(100_000)
    },
    Case("a key of 1 MB, 200 000 times", "is a dictionary without") { pickle in
      pickle.text(String(repeating: "a", count: 1 << 20))
      pickle.keep(0)
      pickle.dictionary()
      for _ in 0..<200_000 {
        pickle.get(0)
        pickle.none()
        pickle.setItem()
      }
    },
    Case("a list copied 10 000 times", "too many for its size") { pickle in
      pickle.bigList()
      copies("list", &pickle)
    },
    Case("a dictionary copied 10 000 times", "too many for its size") { pickle in
      pickle.bigDictionary()
      copies("dict", &pickle)
    },
    Case("1 million opaque values", "is a dictionary without") { pickle in
      pickle.dictionary()
      opaqueValues(1_000_000, &pickle)
    },
  ]

  @Test(arguments: growing + repeating) func workIsLinearInTheFile(_ one: Case) throws {
    var pickle = PickleAssembler()
    one.assemble(&pickle)
    let data = try pickle.file()
    let text = try message { _ = try PyTorchFile(data: data, name: "a.pt").stateDictionary() }
    #expect(text.contains(one.words), "\(text.prefix(300))")
    #expect(text.utf8.count < 1000)
  }

  @Test func manyTensorsOfOneStorageAreRefused() throws {
    var pickle = PickleAssembler()
    pickle.list()
    pickle.global("torch._utils", "_rebuild_tensor_v2")
    pickle.keep(7)
    pickle.tensorArguments()
    pickle.keep(8)
    for _ in 0..<300_000 {
      pickle.get(7)
      pickle.get(8)
      pickle.call()
      pickle.append()
    }
    let data = try pickle.file(storages: 1)
    #expect(try message { _ = try PyTorchFile(data: data, name: "a.pt") }.contains("more than 262144 tensors"))
  }

  @Test func leftOutValuesAreNamedUpToEight() throws {
    var pickle = PickleAssembler()
    pickle.dictionary()
    pickle.text("w")
    pickle.global("torch._utils", "_rebuild_tensor_v2")
    pickle.tensorArguments()
    pickle.call()
    pickle.setItem()
    Self.opaqueValues(1000, &pickle)
    let notes = try PyTorchFile(data: pickle.file(storages: 1), name: "a.pt").stateDictionary().notes
    #expect(notes.count == 9 && notes.last == "left out 992 more of that kind", "\(notes)")
  }

  @Test func dimensionsAreFewAndNamesAreShort() throws {
    for (dimensions, isRead) in [(16, true), (17, false)] {
      var pickle = PickleAssembler()
      pickle.global("torch._utils", "_rebuild_tensor_v2")
      pickle.tensorArguments(dimensions: dimensions)
      pickle.call()
      let data = try pickle.file(storages: 1)
      let text = try message { _ = try PyTorchFile(data: data, name: "a.pt").stateDictionary() }
      #expect(text.contains(isRead ? "is a single tensor" : "more than 16 dimensions"), "\(text)")
    }
    for (length, words) in [(512, "is a pickled object"), (513, "a class name")] {
      var pickle = PickleAssembler()
      pickle.global(String(repeating: "a", count: length), "b")
      let data = try pickle.file()
      #expect(try message { _ = try PyTorchFile(data: data, name: "a.pt").stateDictionary() }.contains(words))
    }
  }

  /// 10 000 copies of the value on the stack.
  private static func copies(_ type: String, _ pickle: inout PickleAssembler) {
    pickle.keep(0)
    pickle.global("builtins", type)
    pickle.keep(1)
    pickle.list()
    for _ in 0..<10_000 {
      pickle.get(1)
      pickle.get(0)
      pickle.add(0x85)
      pickle.call()
      pickle.append()
    }
  }

  private static func opaqueValues(_ count: Int, _ pickle: inout PickleAssembler) {
    pickle.global("argparse", "Namespace")
    pickle.keep(1)
    for number in 0..<count {
      pickle.text("o\(number)")
      pickle.get(1)
      pickle.setItem()
    }
  }
}
