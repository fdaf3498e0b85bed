import Foundation
import Lab
import Panes
import Plotting
import TestSupport
import Testing

@Suite struct DialogTests {
  private static let sizes =
    [0, 1, 2, 3, 5, 6, 8, 12].flatMap { width in [0, 1, 2, 3, 4, 7, 12].map { (width, $0) } } + [
      (24, 7), (40, 12), (80, 24), (200, 60),
    ]

  @Test func everyDialogFileIsInTheCatalogue() throws {
    let folder = Repository.root.appendingPathComponent("Sources/Lab/Dialogs")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") && $0 != "Catalogue.swift" }.map { String($0.dropLast(6)) }.sorted()
    #expect(files.count > 5 && files == dialogCatalogue.map { "\($0)" }.sorted())
  }

  @Test func everyDialogIsOpenedByTheTestsBelow() {
    #expect(Set(Opened.all().map(\.name)) == Set(dialogCatalogue.map { "\($0)" }))
  }

  @Test func titlesAndOpeningKeysAreUnique() {
    #expect(Set(dialogCatalogue.map { $0.title }).count == dialogCatalogue.count)
    let keys = dialogCatalogue.flatMap { $0.opening?.key.keys ?? [] }
    #expect(Set(keys).count == keys.count)
  }

  /// A dialog draws a closed box with its heading in the middle of its area, and nothing outside of it.
  @Test func everyDialogDrawsAClosedBoxInsideItsAreaAtEverySize() throws {
    for opened in Opened.all() where opened.kind.place == .middle {
      for (width, height) in DialogTests.sizes {
        var dialog = try #require(opened.lab.dialog)
        let name = Comment(rawValue: "\(opened.name) at \(width)×\(height)")
        let rows = drawn(&dialog, width, height)
        let height = width == 0 ? 0 : min(height, dialog.lines(width: max(1, width - 6)).count + 2)
        #expect(rows.count == height, name)
        guard width >= 2, height >= 2, let first = rows.first, let last = rows.last else { continue }
        #expect(first.hasPrefix("╭") && first.hasSuffix("╮") && last.hasPrefix("╰") && last.hasSuffix("╯"), name)
        #expect(rows.dropFirst().dropLast().allSatisfy { $0.hasPrefix("│") && $0.hasSuffix("│") }, name)
        if first.count > 6 { #expect(first.contains(" \(clipped(dialog.heading, to: first.count - 6)) "), name) }
      }
    }
  }

  /// Scrolling to the end shows every line of a dialog at every size with room for a few words. (Narrower ones wrap
  /// into a thousand lines, and each press of a key lays out all of them.)
  @Test func everyLineOfADialogIsReachedAtEverySize() throws {
    for opened in Opened.all() where opened.kind.place == .middle {
      for (width, height) in DialogTests.sizes where width >= 24 {
        var dialog = try #require(opened.lab.dialog)
        let isChoice = dialog.hints.contains { $0.description == "next choice" }
        let content = dialog.lines(width: max(1, width - 6)).map { $0.map(\.text).joined() }
        var seen: Set<String> = [], highlights = 0
        for _ in 0...content.count + 1 {
          let rows = drawn(&dialog, width, height)
          for row in rows.dropFirst().dropLast() { seen.insert(plain(String(row.dropFirst(2).dropLast(2)))) }
          if rows.contains(where: { $0.contains("▸") }) { highlights += 1 }
          _ = dialog.press(.down)
        }
        let inner = drawn(&dialog, width, height)[0].count - 4
        let name = Comment(rawValue: "\(opened.name) at \(width)×\(height)")
        if isChoice {
          // The highlight is on the screen wherever it goes.
          #expect(highlights == content.count + 2, name)
        } else {
          for line in content { #expect(seen.contains(plain(String(line.prefix(inner)))), name) }
        }
      }
    }
  }

  @Test func theCommandLineShowsItsCursorAndTheEndOfALongLineAtEveryWidth() throws {
    let lab = try #require(Opened.all().first { $0.name == "CommandDialog" }?.lab)
    for text in ["", "g", "gamma=0.5", String(repeating: "ab", count: 30)] {
      var dialog = try #require(lab.dialog)
      for character in text {
        let isTaken = dialog.type(character)
        #expect(isTaken)
      }
      for width in 2...80 {
        let area = Rect(x: 1, y: 1, width: width, height: 1)
        var buffer = CellBuffer(width: width + 2, height: 3, filling: Cell("§"))
        dialog.draw(into: &buffer, in: area, theme: .mono)
        let row = (1...width).map { buffer[$0, 1] }
        let cursor = try #require(row.firstIndex { $0.style.attributes.contains(.reverse) }, "\(width)")
        #expect(row[0].scalar == ":" && buffer[0, 1].scalar == "§" && buffer[width + 1, 1].scalar == "§")
        let shown = String(String.UnicodeScalarView(row[1..<cursor].map(\.scalar)))
        #expect(text.count <= width - 2 ? shown == text : shown.dropFirst() == text.suffix(max(0, width - 3)))
      }
    }
  }

  /// The whole screen with every dialog: every cell drawn, ASCII only in that ladder, the box on the screen.
  @Test func everySizeDrawsInEveryLadderWithEveryDialog() {
    for symbols in Symbols.allCases {
      for opened in Opened.all(LabOptions(symbols: symbols)) {
        var lab = opened.lab
        for (width, height) in DialogTests.sizes {
          var buffer = CellBuffer(width: width, height: height, filling: Cell("§"))
          lab.draw(into: &buffer)
          let name = Comment(rawValue: "\(opened.name) \(symbols) \(width)×\(height)")
          #expect(!buffer.text.contains("§"), name)
          if symbols == .ascii { #expect(buffer.text.unicodeScalars.allSatisfy { $0.isASCII }, name) }
          guard width >= 12, height >= 4, opened.kind.place == .middle, let dialog = lab.dialog else { continue }
          #expect(buffer.text.contains(dialog.heading.prefix(5)), name)
        }
      }
    }
  }

  // MARK: helpers

  /// A line without the mark of the highlight, which goes from line to line.
  private func plain(_ line: String) -> String {
    trimmed(String(line.hasPrefix("▸") ? line.dropFirst() : line.hasPrefix(" ") ? line.dropFirst() : line[...]))
  }

  /// The rows of the box alone. Records what a dialog draws outside of its area.
  private func drawn(_ dialog: inout any Dialog, _ width: Int, _ height: Int) -> [String] {
    let area = Rect(x: 2, y: 1, width: width, height: height)
    var buffer = CellBuffer(width: width + 4, height: height + 2, filling: Cell("§"))
    dialog.draw(into: &buffer, in: area, theme: .mono)
    var isOutside = false
    for y in 0..<buffer.height {
      for x in 0..<buffer.width where x < 2 || y < 1 || x >= 2 + width || y >= 1 + height {
        if buffer[x, y].scalar != "§" { isOutside = true }
      }
    }
    #expect(!isOutside, "\(type(of: dialog)) outside of \(width)×\(height)")
    return buffer.text.split(separator: "\n").map { $0.filter { $0 != "§" } }.filter { !$0.isEmpty }
  }

  private func trimmed(_ text: String) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }
}
