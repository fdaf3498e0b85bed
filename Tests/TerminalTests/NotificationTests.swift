import Testing

@testable import Terminal

/// What is sent to which terminal for a notification.
@Suite struct NotificationTests {
  private func sent(_ environment: [String: String], _ text: String = "alarm") -> String? {
    TerminalNotification(environment).map { String(decoding: $0.bytes(text), as: UTF8.self) }
  }

  @Test(arguments: ["", "linux", "dumb", "vt100", "ansi"])
  func terminalsThatMightPrintItGetNone(type: String) { #expect(sent(["TERM": type]) == nil) }

  @Test func withoutTERMThereIsNone() { #expect(sent([:]) == nil) }

  @Test func everyTerminalGetsExactlyOneSequence() {
    let nine = "\u{1b}]9;dualab: alarm\u{7}", notify = "\u{1b}]777;notify;dualab;alarm\u{7}"
    #expect(sent(["TERM": "xterm-256color"]) == nine)
    #expect(sent(["TERM": "xterm-256color", "VTE_VERSION": "7600"]) == notify)
    #expect(sent(["TERM": "rxvt-unicode-256color"]) == notify)
    #expect(sent(["TERM": "foot"]) == notify)
  }

  @Test func multiplexersGetItWrapped() {
    let inner = "]9;dualab: alarm\u{7}"
    #expect(sent(["TERM": "tmux-256color", "TMUX": "/tmp/x"]) == "\u{1b}Ptmux;\u{1b}\u{1b}\(inner)\u{1b}\\")
    #expect(sent(["TERM": "screen-256color", "TMUX": "/tmp/x"]) == "\u{1b}Ptmux;\u{1b}\u{1b}\(inner)\u{1b}\\")
    #expect(sent(["TERM": "screen.xterm-256color", "STY": "1.tty"]) == "\u{1b}P\u{1b}\(inner)\u{1b}\\")
  }

  @Test func theTextCannotEndTheSequenceAndIsShort() {
    #expect(sent(["TERM": "xterm"], "a\u{7}b\u{1b}]0;c\nd\u{9c}e") == "\u{1b}]9;dualab: a b ]0;c d e\u{7}")
    #expect((sent(["TERM": "xterm"], String(repeating: "é", count: 5000)) ?? "").count < 250)
  }
}
