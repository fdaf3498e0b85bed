import Panes
import Terminal
import Testing

@Suite struct KeyTests {
  @Test func controlCharactersAreTheirKeysOrNone() {
    let named: [UInt32: Key] = [8: .backspace, 9: .tab, 10: .enter, 13: .enter, 27: .escape, 127: .backspace]
    for value in UInt32(0)...31 {
      let letter = (1...26).contains(value) ? Unicode.Scalar(value + 96).map { Key.control(Character($0)) } : nil
      #expect(Key(.scalar(value)) == named[value] ?? letter, "\(value)")
    }
    #expect(Key(.scalar(127)) == .backspace)
    for value in UInt32(0x80)...0x9f { #expect(Key(.scalar(value)) == nil) }
  }

  @Test func otherScalarsAreCharacters() {
    for value in (UInt32(32)...126).map({ $0 }) + [0xe9, 0x2203, 0x28ff, 0x1f600, 0x10ffff] {
      #expect(Key(.scalar(value)) == Unicode.Scalar(value).map { .character(Character($0)) }, "\(value)")
    }
    for value: UInt32 in [0xd800, 0xdfff, 0x110000, .max] { #expect(Key(.scalar(value)) == nil) }
  }

  @Test func namedKeysPassAndUnknownOnesDoNot() {
    #expect(Key(.key(.pageUp)) == .pageUp)
    #expect(Key(.unknown) == nil)
  }

  @Test(arguments: [
    (["LANG": "C.UTF-8"], TerminalCapabilities.Symbols.braille), (["LANG": "de_DE.utf8"], .braille), ([:], .ascii),
    (["LANG": "C"], .ascii), (["LANG": "C.UTF-8", "LC_ALL": "C"], .ascii),
    (["LANG": "C", "LC_CTYPE": "C.UTF-8"], .braille),
    (["LANG": "C.UTF-8", "LC_ALL": ""], .braille), (["LANG": "C.UTF-8", "TERM": "linux"], .block),
  ])
  func symbolsFollowLocaleAndTerminal(environment: [String: String], symbols: TerminalCapabilities.Symbols) {
    #expect(TerminalCapabilities.suggestedSymbols(environment) == symbols)
  }
}
