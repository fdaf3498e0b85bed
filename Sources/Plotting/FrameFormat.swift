/// What a frame can be written as.
package enum FrameFormat: String, Sendable, Hashable, CaseIterable {
  case txt, svg, html
}

extension CellBuffer {
  /// The frame as a file of this kind.
  package func contents(as format: FrameFormat) -> String {
    switch format {
    case .txt:
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { line in String(line.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n") + "\n"
    case .svg: svg
    case .html: html
    }
  }
}
