/// 64-bit FNV-1a over floats: two arrays with the same digest have, for a test's purposes, the same bits.
package func digest(_ values: some Sequence<Float>) -> UInt64 {
  values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
}
