/// A key as the lab understands it; the terminal decodes bytes into these.
package enum Key: Sendable, Hashable {
  /// A printable character; `space` is `.character(" ")`.
  case character(Character)
  /// Control and a lowercase letter: `.control("c")`.
  case control(Character)
  case enter, escape, tab, backTab, backspace, delete
  case up, down, left, right, home, end, pageUp, pageDown
  /// F1 is `.function(1)`.
  case function(Int)
}
