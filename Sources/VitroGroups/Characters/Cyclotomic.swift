internal import Foundation
internal import VitroCore

/// A cyclotomic integer: a sum of roots of unity with whole coefficients, exactly.
///
/// Kept as its unique form in the Zumbroich basis of the least field Q(ζ_n) it lies in, so `==` decides equality. Written as GAP writes it, with
/// E(n) = e^(2πi/n).
///
/// ```swift
/// let golden = Cyclotomic(root: 1, of: 5) + Cyclotomic(root: 4, of: 5)
/// let text = golden.description  // E(5)+E(5)^4
/// let one = golden * golden + golden  // 1
/// ```
public struct Cyclotomic: Sendable, Hashable {
  /// The least n with the number in Q(ζ_n).
  public let conductor: Int
  /// The coefficients: exponent of ζ_n → whole number, none of them 0.
  let coefficients: [Int: Int]

  /// A whole number.
  public init(_ value: Int) {
    conductor = 1
    coefficients = value == 0 ? [:] : [0: value]
  }

  /// The root of unity e^(2πi·k/n).
  public init(root k: Int, of n: Int) { self.init([k: 1], of: n) }

  /// The sum Σ m_k·e^(2πi·k/n).
  public init(_ terms: [Int: Int], of n: Int) {
    precondition(n > 0, "Roots of unity have a positive order.")
    var dense = [Int](repeating: 0, count: n)
    for (exponent, coefficient) in terms { dense[((exponent % n) + n) % n] += coefficient }
    self.init(dense: dense)
  }

  /// The sum Σ m_k·e^(2πi·k/n) of n coefficients.
  init(dense: [Int]) {
    var n = dense.count
    var values = Self.inBasis(dense)
    // Down to the least field.
    search: while true {
      for prime in PrimeField.primeDivisors(n) {
        if let smaller = Self.descended(values, by: prime) {
          values = smaller
          n /= prime
          continue search
        }
      }
      break
    }
    conductor = n
    var coefficients: [Int: Int] = [:]
    for (exponent, coefficient) in values.enumerated() where coefficient != 0 { coefficients[exponent] = coefficient }
    self.coefficients = coefficients
  }

  /// Whether Σ m_k·e^(2πi·k/n) is 0.
  ///
  /// - Complexity: O(n·ω(n)) for n coefficients, ω(n) the number of primes in n.
  static func vanishes(_ dense: [Int]) -> Bool { inBasis(dense).allSatisfy { $0 == 0 } }

  /// Rewrites over the basis: for each prime power q = pᵏ in n, the digit of the exponent modulo q stays outside of the q/p values about 0
  /// (of 0 … q/2 − 1 for p = 2), by Σ_j ζ^(e + j·n/p) = 0.
  private static func inBasis(_ dense: [Int]) -> [Int] {
    let n = dense.count
    var values = dense
    for prime in PrimeField.primeDivisors(n) {
      var power = prime
      while n.isMultiple(of: power * prime) { power *= prime }
      let step = n / prime
      // ζ_n^e has the digit e·(n/q)⁻¹ modulo q in ζ_q.
      let inverse = Self.inverse(of: n / power, modulo: power)
      let half = (power / prime - 1) / 2
      for exponent in 0..<n where values[exponent] != 0 {
        let digit = exponent % power * inverse % power
        let isForbidden = prime == 2 ? digit >= power / 2 : digit <= half || digit >= power - half
        guard isForbidden else { continue }
        let coefficient = values[exponent]
        values[exponent] = 0
        for j in 1..<prime { values[(exponent + j * step) % n] -= coefficient }
      }
    }
    return values
  }

  /// The coefficients over Q(ζ_(n/p)), if the number lies there.
  private static func descended(_ values: [Int], by prime: Int) -> [Int]? {
    let n = values.count
    let smaller = n / prime
    if smaller.isMultiple(of: prime) || prime == 2 {
      // For 2 exactly once in n the basis has only digit 0, which is an even exponent.
      guard values.indices.allSatisfy({ $0.isMultiple(of: prime) || values[$0] == 0 }) else { return nil }
      return inBasis((0..<smaller).map { values[$0 * prime] })
    }
    // p once in n: all p − 1 digits of one rest must agree; their sum is minus the rest itself.
    var result = [Int](repeating: 0, count: smaller)
    for rest in 0..<smaller {
      // The exponents e ≡ rest·p modulo n/p.
      let exponents = (0..<prime).map { (rest * prime + $0 * smaller) % n }
      let occupied = exponents.filter { !$0.isMultiple(of: prime) }
      let coefficient = values[occupied[0]]
      guard occupied.allSatisfy({ values[$0] == coefficient }) else { return nil }
      result[rest] = -coefficient
    }
    return inBasis(result)
  }

  private static func inverse(of a: Int, modulo n: Int) -> Int { (0..<n).first { a % n * $0 % n == 1 % n } ?? 0 }

  /// The terms over roots of unity of a multiple of the conductor.
  private func lifted(to n: Int) -> [Int] {
    var dense = [Int](repeating: 0, count: n)
    for (exponent, coefficient) in coefficients { dense[exponent * (n / conductor)] += coefficient }
    return dense
  }

  /// The sum.
  public static func + (left: Cyclotomic, right: Cyclotomic) -> Cyclotomic {
    let n = leastCommonMultiple(left.conductor, right.conductor)
    return Cyclotomic(dense: zip(left.lifted(to: n), right.lifted(to: n)).map { $0 + $1 })
  }

  /// The negative.
  public static prefix func - (value: Cyclotomic) -> Cyclotomic { value * Cyclotomic(-1) }

  /// The difference.
  public static func - (left: Cyclotomic, right: Cyclotomic) -> Cyclotomic { left + -right }

  /// The product.
  public static func * (left: Cyclotomic, right: Cyclotomic) -> Cyclotomic {
    let n = leastCommonMultiple(left.conductor, right.conductor)
    var dense = [Int](repeating: 0, count: n)
    for (a, x) in left.coefficients {
      for (b, y) in right.coefficients {
        dense[(a * (n / left.conductor) + b * (n / right.conductor)) % n] += x * y
      }
    }
    return Cyclotomic(dense: dense)
  }

  /// The complex conjugate.
  public var conjugate: Cyclotomic {
    Cyclotomic(Dictionary(uniqueKeysWithValues: coefficients.map { (-$0.key, $0.value) }), of: conductor)
  }

  /// Whether the number is 0.
  public var isZero: Bool { coefficients.isEmpty }

  /// The number, if it is whole.
  public var integer: Int? { conductor == 1 ? coefficients[0] ?? 0 : nil }

  /// The real part in floating point.
  public var real: Double { part(cos) }
  /// The imaginary part in floating point.
  public var imaginary: Double { part(sin) }

  private func part(_ function: (Double) -> Double) -> Double {
    coefficients.sorted { $0.key < $1.key }
      .reduce(0) { $0 + Double($1.value) * function(2 * .pi * Double($1.key) / Double(conductor)) }
  }
}

extension Cyclotomic: CustomStringConvertible {
  /// As GAP writes it: `E(5)+E(5)^4`, `-E(4)`, `2`.
  public var description: String {
    if let integer { return "\(integer)" }
    var text = ""
    for (exponent, coefficient) in coefficients.sorted(by: { $0.key < $1.key }) {
      let root = exponent == 0 ? "" : exponent == 1 ? "E(\(conductor))" : "E(\(conductor))^\(exponent)"
      let magnitude = abs(coefficient)
      let factor = root.isEmpty ? "\(magnitude)" : magnitude == 1 ? root : "\(magnitude)*\(root)"
      text += (coefficient < 0 ? "-" : text.isEmpty ? "" : "+") + factor
    }
    return text
  }

  /// The number that such a text says.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for another text.
  public init(parsing text: String) throws {
    let compact = text.filter { !$0.isWhitespace }
    var sum = Cyclotomic(0)
    for match in compact.matches(of: /([+-]?)(\d+(?=$|[*+-])\*?)?(?:E\((\d+)\)(?:\^(\d+))?)?/)
    where !match.output.0.isEmpty {
      let sign = match.output.1 == "-" ? -1 : 1
      let factor = match.output.2.map { Int($0.filter { $0 != "*" }) ?? .max } ?? 1
      guard match.output.2 != nil || match.output.3 != nil else { throw Self.unreadable(text) }
      let order = match.output.3.map { Int($0) ?? 0 } ?? 1
      let exponent = match.output.3 == nil ? 0 : match.output.4.map { Int($0) ?? -1 } ?? 1
      guard order > 0, exponent >= 0, factor < 1 << 50, leastCommonMultiple(sum.conductor, order) <= 100_000 else {
        throw Self.unreadable(text)
      }
      sum = sum + Cyclotomic([exponent % order: sign * factor], of: order)
    }
    let rest = compact.replacing(/([+-]?)(\d+(?=$|[*+-])\*?)?(?:E\((\d+)\)(?:\^(\d+))?)?/, with: "")
    guard rest.isEmpty, !compact.isEmpty else { throw Self.unreadable(text) }
    self = sum
  }

  private static func unreadable(_ text: String) -> VitroError {
    VitroError(
      .argument, "a cyclotomic number", "'\(text.prefix(80))' is not a sum such as E(5)+E(5)^4 or -2*E(3)",
      hint: "E(n) stands for e^(2πi/n).")
  }
}
