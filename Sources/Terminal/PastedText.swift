/// Text that a person pastes, apart from the keys. Pure.
///
/// A terminal that brackets what is pasted says where it begins and ends. Nothing in between is a key, but ctrl-c,
/// which must work where the end is lost.
package struct PastedText: Sendable {
  /// What an input is.
  package enum Reading: Sendable, Hashable {
    /// A key, to be obeyed.
    case key(TerminalInput)
    /// Everything that was pasted.
    case text(String)
    /// Part of a text that goes on.
    case part
  }

  private var scalars: String.UnicodeScalarView?
  /// Longer texts are cut: nobody pastes them on purpose.
  private static let most = 4096

  package init() {}

  /// Takes in the next input.
  package mutating func take(_ input: TerminalInput) -> Reading {
    switch input {
    case .pasteBegins:
      scalars = String.UnicodeScalarView()
      return .part
    case .pasteEnds:
      defer { scalars = nil }
      return scalars.map { .text(String($0)) } ?? .part
    case .scalar(3):
      scalars = nil
      return .key(input)
    case .scalar(let value) where scalars != nil:
      if let scalar = Unicode.Scalar(value), scalars?.count ?? 0 < Self.most { scalars?.append(scalar) }
      return .part
    case .key where scalars != nil, .unknown where scalars != nil: return .part
    case .scalar, .key, .unknown: return .key(input)
    }
  }
}
