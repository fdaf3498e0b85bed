/// The header of a `.npy` array: `{'descr': '<f4', 'fortran_order': False, 'shape': (5, 6), }`.
struct NPYHeader {
  /// The element type as numpy writes it: `<f4`.
  private(set) var type = ""
  /// First index fastest.
  private(set) var isFortran = false
  /// The dimensions.
  private(set) var shape: [Int] = []

  private var rest: ArraySlice<UInt8>

  init(_ text: ArraySlice<UInt8>) { rest = text }

  /// Reads the dictionary. Throws `NPY.Failure` unless its three entries are there, once each, and nothing else.
  mutating func parse() throws {
    var seen: Set<String> = []
    try take("{")
    while !peek("}") {
      let key = try string()
      guard seen.insert(key).inserted else { throw bad }
      try take(":")
      switch key {
      case "descr": type = try string()
      case "fortran_order": isFortran = try boolean()
      case "shape": shape = try tuple()
      default: throw bad
      }
      if !peek("}") { try take(",") }
    }
    try take("}")
    skipSpaces()
    guard rest.isEmpty, seen.count == 3 else { throw bad }
  }

  private var bad: NPY.Failure {
    NPY.Failure(reason: "has a header that is not one of a plain array (descr, fortran_order, shape)")
  }

  private mutating func skipSpaces() { rest = rest.drop { $0 == 0x20 || $0 == 0x0A } }

  private mutating func peek(_ character: Character) -> Bool {
    skipSpaces()
    return rest.first == character.asciiValue
  }

  private mutating func take(_ character: Character) throws {
    guard peek(character) else { throw bad }
    rest = rest.dropFirst()
  }

  private mutating func string() throws -> String {
    let quote: Character = peek("\"") ? "\"" : "'"
    try take(quote)
    let text = rest.prefix { $0 != quote.asciiValue }
    rest = rest.dropFirst(text.count)
    try take(quote)
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func boolean() throws -> Bool {
    skipSpaces()
    for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
      rest = rest.dropFirst(word.utf8.count)
      return value
    }
    throw bad
  }

  private mutating func tuple() throws -> [Int] {
    var numbers: [Int] = []
    try take("(")
    while !peek(")") {
      // Python 2 wrote long numbers with an L.
      let digits = rest.prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
      rest = rest.dropFirst(digits.count)
      if rest.first == UInt8(ascii: "L") { rest = rest.dropFirst() }
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
        throw NPY.Failure(reason: "has a dimension that is no whole number of 64 bits")
      }
      numbers.append(number)
      if !peek(")") { try take(",") }
    }
    try take(")")
    guard numbers.count <= 32 else { throw bad }
    return numbers
  }
}
