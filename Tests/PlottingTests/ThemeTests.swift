import Plotting
import Testing

@Suite struct ThemeTests {
  private let blue = Color.rgb(20, 30, 60), gray = Color.rgb(200, 200, 200), amber = Color.rgb(255, 190, 60)

  private func theme(_ styles: [Theme.Role: Style], dashed: Set<Theme.Role> = []) -> Theme {
    Theme(name: "x", background: .rgb(0, 0, 0), styles: styles, dashed: dashed)
  }

  @Test func aRegionIsSeenBehindWhatIsWrittenOnIt() {
    let theme = theme([.header: Style(gray, on: blue), .watch: Style(amber), .text: Style(gray)])
    #expect(theme.style(.watch, over: .header) == Style(amber, on: blue))
    #expect(theme.style(.faint, over: .header) == Style(gray, on: blue))
    #expect(theme[.watch] == Style(amber, on: .rgb(0, 0, 0)))
    #expect(theme[.header] == Style(gray, on: blue))
  }

  @Test func whatHasItsOwnBackgroundKeepsIt() {
    let alarm = Style(gray, on: .palette(1), .bold)
    let theme = theme([.header: Style(gray, on: blue, .reverse), .alarm: alarm])
    #expect(theme.style(.alarm, over: .header) == alarm)
  }

  @Test func reversedTextTurnsBackInAReversedRegion() {
    #expect(Theme.mono.style(.alarm, over: .header).attributes == .bold)
    #expect(Theme.mono.style(.watch, over: .header).attributes == [.bold, .reverse])
    #expect(Theme.mono.style(.alarm).attributes == [.bold, .reverse])
  }

  @Test func aLineInTheBackgroundIsFaded() {
    let theme = theme([.clean: Style(.rgb(200, 100, 0), on: .terminal, .bold)])
    #expect(theme.faded(.clean) == Style(.rgb(90, 45, 0), on: .rgb(0, 0, 0)))
    #expect(Theme.basic.faded(.clean) == Style(.palette(6), on: .terminal, .dim))
  }

  /// What must not look alike on terminals without colors or with eight: the focus and other borders, an alarm and the
  /// region it is in, the chosen and the others.
  @Test(arguments: [Theme.mono, .basic]) func plainThemesKeepFocusAlarmAndChoiceDistinct(theme: Theme) {
    #expect(theme[.borderFocused] != theme[.border] && theme[.selected] != theme[.title])
    for region in [Theme.Role.text, .header, .dialog] {
      let styles = [Theme.Role.text, .alarm].map { theme.style($0, over: region) }
      #expect(styles[0] != styles[1], "\(region)")
    }
    #expect(!theme[.border].attributes.contains(.dim))
    let colors = Theme.Role.allCases.flatMap { [theme[$0].foreground, theme[$0].background] }
    #expect(colors.allSatisfy { $0 == .terminal || (0..<8).map { .palette($0) }.contains($0) })
  }

  @Test func whatIsHardToSeeIsFoundWithItsAmount() {
    let faint = Color.rgb(0x33, 0x33, 0x33)
    let findings = theme([
      .text: Style(gray), .faint: Style(faint), .border: Style(faint), .header: Style(gray, on: gray),
      .clean: Style(.rgb(90, 170, 255)), .kl: Style(.rgb(95, 170, 250)),
    ]).findings.filter { !$0.isGood }
    let kinds = Set(findings.map(\.kind))
    #expect(kinds.contains(.contrast(.faint, over: .text)) && kinds.contains(.contrast(.text, over: .header)) == false)
    #expect(kinds.contains(.contrast(.header, over: .header)) && kinds.contains(.textLikeBorder(.faint)))
    #expect(kinds.contains(.lines(.clean, .kl, .normal)))
    let contrast = findings.first { $0.kind == .contrast(.faint, over: .text) }
    #expect(contrast.map { abs($0.value - 1.66) < 0.01 && $0.needed == 4.5 } == true)
  }

  @Test func aDashedLineNeedsNoColorOfItsOwn() {
    let like: [Theme.Role: Style] = [.clean: Style(.rgb(90, 170, 255)), .kl: Style(.rgb(95, 170, 250))]
    let pair = { (theme: Theme) in
      theme.findings.contains { if case .lines(.clean, .kl, _) = $0.kind { !$0.isGood } else { false } }
    }
    #expect(pair(theme(like)) && !pair(theme(like, dashed: [.kl])) && pair(theme(like, dashed: [.clean, .kl])))
  }
}
