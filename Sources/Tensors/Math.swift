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
