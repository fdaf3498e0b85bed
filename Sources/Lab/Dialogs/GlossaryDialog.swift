import Panes
import Plotting
import Readout

/// The words of the screen, one sentence each. A second `?` opens it.
struct GlossaryDialog: Dialog {
  static let title = "Glossary"
  static let keys: [DialogKey<GlossaryDialog>] = [closing([.escape, .enter, .character("?")])] + scrolling

  let heading = "Words"
  var scroll = ScrolledText()

  func lines(width: Int) -> [[Span]] {
    let wordWidth = min(17, max(5, width / 3)), room = max(1, min(78, width) - wordWidth - 1)
    return Glossary.entries.flatMap { entry in
      let words = wrapped(entry.word, to: wordWidth), sentences = wrapped(entry.sentence, to: room)
      return (0..<max(words.count, sentences.count)).map { row in
        [
          Span(padded(row < words.count ? words[row] : "", to: wordWidth + 1), .key),
          Span(row < sentences.count ? sentences[row] : "", .dialog),
        ]
      }
    }
  }
}
