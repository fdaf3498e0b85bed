import Foundation
import Spelling
import Testing

@Suite struct PrintableTests {
  private static let hostile: [UInt32] =
    Array(0x00...0x1F) + Array(0x7F...0x9F)
    + [0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF, 0xAD, 0xE0001] + Array(0x202A...0x202E)
    + Array(0x2066...0x2069)

  @Test func `nothing that steers a terminal is left`() throws {
    for value in Self.hostile {
      let scalar = try #require(Unicode.Scalar(value)), text = "a" + String(scalar) + "b"
      #expect(!oneLine(text).unicodeScalars.contains(scalar), "\(value)")
      let isKept = value == 0x0A || value == 0x09
      #expect(printable(text).unicodeScalars.contains(scalar) == isKept, "\(value)")
      #expect(oneLine(text).hasPrefix("a") && oneLine(text).hasSuffix("b"))
    }
  }

  @Test func `what people write stays`() {
    for text in ["ε 8/255 → 95 %", "Größe", "日本語", "👩‍🔬 naïve", "a b\u{A0}c", "|x|"] {
      #expect(oneLine(text) == text && printable(text) == text)
    }
  }

  @Test func `JSON stays the same value`() throws {
    for value in Self.hostile where value != 0 {
      let text = "a" + String(try #require(Unicode.Scalar(value))) + "b"
      let json = printableJSON(String(decoding: try JSONEncoder().encode([text]), as: UTF8.self))
      #expect(json.unicodeScalars.allSatisfy { printable(String($0)) == String($0) }, "\(value)")
      #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [text], "\(value)")
    }
  }
}
