extension CellBuffer {
  /// Replaces every character outside ASCII by its nearest one, so that a frame survives any font and any locale.
  package mutating func reduceToASCII() {
    for y in 0..<height {
      for x in 0..<width where !self[x, y].scalar.isASCII { self[x, y].scalar = asciiStandIn(for: self[x, y].scalar) }
    }
  }
}

/// The ASCII character that stands in for `scalar`; `?` when nothing resembles it.
func asciiStandIn(for scalar: Unicode.Scalar) -> Unicode.Scalar {
  scalar.isASCII ? scalar : standIns[scalar] ?? "?"
}

private let standIns: [Unicode.Scalar: Unicode.Scalar] = [
  "╭": "+", "╮": "+", "╰": "+", "╯": "+", "─": "-", "│": "|", "├": "|", "┤": "|", "┊": ":", "╶": "-", "╴": "-",
  "█": "#", "░": ".", "▓": "#", "▌": "|", "●": "*", "◌": "o", "◐": "*", "◑": "*", "✓": "+", "✗": "x", "■": "#",
  "‖": "=", "╌": "-", "△": "^", "▲": "!", "▽": "v", "◆": "@", "◈": "&", "²": "^", "┼": "+", "┬": "+", "┴": "+",
  "╷": "|", "╵": "|", "≈": "~",
  "▏": "|", "▎": "|", "▍": "|", "▋": "#", "▊": "#", "▉": "#", "½": "h", "φ": "f", "δ": "d",
  "▸": ">", "└": "`", "▀": "'", "▄": ".", "▾": "v", "∘": "o", "×": "x", "◇": "#", "∗": "*", "·": ".", "…": "~",
  "±": "~",
  "→": ">", "←": "<",
  "↑": "^", "↓": "v", "−": "-", "–": "-", "—": "-", "′": "'", "’": "'", "‘": "'", "“": "\"", "”": "\"", "≤": "<",
  "≥": ">", "γ": "g", "β": "b", "ε": "e", "α": "a", "λ": "l", "σ": "s", "τ": "t", "μ": "u", "\u{A0}": " ",
  "\u{202F}": " ",
]
