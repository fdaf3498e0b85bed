#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The natural logarithm, without Foundation.
package func logarithm(_ value: Double) -> Double { log(value) }
/// e to the power of a value, without Foundation.
package func exponential(_ value: Double) -> Double { exp(value) }
/// The cosine, without Foundation.
package func cosine(_ value: Double) -> Double { cos(value) }
/// ln Γ(x) of a positive value, without Foundation and without the global sign that C's `lgamma` writes.
package func logGamma(_ value: Double) -> Double {
  var sign: Int32 = 0
  return lgamma_r(value, &sign)
}
