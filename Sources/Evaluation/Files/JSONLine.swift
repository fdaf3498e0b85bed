import Foundation
import Spelling

/// A value as one line of JSON, keys sorted.
package func jsonLine(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return Data(printableJSON(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n").utf8)
}
