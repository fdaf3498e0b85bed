/// Text as one word of a shell's command line: as it is where that is safe, else between single quotes.
package func shellWord(_ text: String) -> String {
  let isPlain = { (byte: UInt8) in
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || [0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F, 0x2B, 0x2C, 0x25].contains(byte) || byte >= 0x80
  }
  if !text.isEmpty, text.utf8.allSatisfy(isPlain) { return text }
  var quoted = "'"
  for character in text { quoted += character == "'" ? "'\\''" : String(character) }
  return quoted + "'"
}

/// `--key NAME` as one can paste it. A name that begins with a dash belongs to its option by `=`.
package func keyOption(_ name: String) -> String {
  name.hasPrefix("-") ? "--key=\(shellWord(name))" : "--key \(shellWord(name))"
}
