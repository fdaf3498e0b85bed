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

  @Test func theMouseReportsOfXtermAreRead() {
    let known: [(String, Pointer?)] = [
      ("[<0;1;1M", Pointer(.press, x: 0, y: 0)), ("[<0;300;99m", Pointer(.release, x: 299, y: 98)),
      ("[<32;5;6M", Pointer(.drag, x: 4, y: 5)), ("[<64;5;6M", Pointer(.wheelUp, x: 4, y: 5)),
      ("[<65;5;6M", Pointer(.wheelDown, x: 4, y: 5)), ("[<16;5;6M", Pointer(.press, x: 4, y: 5)),
      ("[<1;5;6M", nil), ("[<2;5;6m", nil), ("[<35;5;6M", nil), ("[<66;5;6M", nil), ("[<64;5;6m", nil),
      ("[<0;0;6M", nil), ("[<0;5M", nil), ("[<0;5;6;7M", nil), ("[<;;M", nil), ("[<M", nil), ("[0;5;6M", nil),
      ("[<0;99999999999999999999;6M", nil), ("", nil),
    ]
    for (text, pointer) in known { #expect(Pointer(text) == pointer, "\(text)") }
  }

  @Test func aReportInPiecesIsOneReport() {
    var sequences = InputSequences()
    let readings = "\u{1b}[<0;13;6Mq".unicodeScalars.compactMap { sequences.take(.scalar($0.value)) }
    #expect(readings == [.pointer(Pointer(.press, x: 12, y: 5)), .inputs([.scalar(113)])])
  }

  @Test func nothingThatIsPastedIsAKey() {
    var pasted = PastedText()
    func read(_ inputs: [TerminalInput]) -> [PastedText.Reading] { inputs.map { pasted.take($0) } }
    func scalars(_ text: String) -> [TerminalInput] { text.unicodeScalars.map { .scalar($0.value) } }
    #expect(read([.scalar(113), .key(.up)]) == [.key(.scalar(113)), .key(.key(.up))])
    #expect(read([.pasteBegins] + scalars("q\ré") + [.key(.up), .unknown, .pasteEnds]).last == .text("q\ré"))
    // The keys are keys again, also after an end without a beginning, and ctrl-c is one always.
    #expect(read([.scalar(113), .pasteEnds, .scalar(113)]) == [.key(.scalar(113)), .part, .key(.scalar(113))])
    #expect(read([.pasteBegins, .scalar(3), .scalar(113)]) == [.part, .key(.scalar(3)), .key(.scalar(113))])
    let long = read([.pasteBegins] + scalars(String(repeating: "x", count: 9999)) + [.pasteEnds]).last
    #expect(long == .text(String(repeating: "x", count: 4096)))
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
