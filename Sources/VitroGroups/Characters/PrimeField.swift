/// The numbers modulo a prime below 2³¹.
struct PrimeField: Sendable {
  let prime: UInt64

  /// The least prime p ≡ 1 modulo `exponent` with p > 2√`order`: it has the roots of unity that characters are made of, and degrees and
  /// multiplicities are told apart in it.
  init(exponent: Int, order: Int) {
    var candidate = UInt64(exponent) + 1
    while !(candidate > 2 && candidate * candidate > 4 * UInt64(order) && Self.isPrime(candidate)) {
      candidate += UInt64(exponent)
    }
    prime = candidate
  }

  /// The next prime p ≡ 1 modulo `exponent` after another.
  init(exponent: Int, after other: PrimeField) {
    var candidate = other.prime + UInt64(exponent)
    while !Self.isPrime(candidate) { candidate += UInt64(exponent) }
    prime = candidate
  }

  private static func isPrime(_ n: UInt64) -> Bool {
    if n < 2 { return false }
    var divisor: UInt64 = 2
    while divisor * divisor <= n {
      if n.isMultiple(of: divisor) { return false }
      divisor += 1
    }
    return true
  }

  @inline(__always) func sum(_ a: UInt64, _ b: UInt64) -> UInt64 { (a + b) % prime }
  @inline(__always) func difference(_ a: UInt64, _ b: UInt64) -> UInt64 { (a + prime - b) % prime }
  @inline(__always) func product(_ a: UInt64, _ b: UInt64) -> UInt64 { a * b % prime }

  func power(_ base: UInt64, _ exponent: UInt64) -> UInt64 {
    var (result, square, rest) = (UInt64(1), base % prime, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = product(result, square) }
      square = product(square, square)
      rest >>= 1
    }
    return result
  }

  func inverse(_ a: UInt64) -> UInt64 { power(a, prime - 2) }

  /// A whole number modulo p.
  func residue(_ number: Int) -> UInt64 {
    let rest = number % Int(prime)
    return UInt64(rest < 0 ? rest + Int(prime) : rest)
  }

  /// An element of multiplicative order `order`, which divides p − 1.
  func rootOfUnity(order: Int) -> UInt64 {
    let primes = Self.primeDivisors(order)
    var candidate: UInt64 = 2
    while true {
      let root = power(candidate, (prime - 1) / UInt64(order))
      if primes.allSatisfy({ power(root, UInt64(order / $0)) != 1 }) { return root }
      candidate += 1
    }
  }

  static func primeDivisors(_ n: Int) -> [Int] {
    var (rest, divisor, result) = (n, 2, [Int]())
    while rest > 1 {
      if divisor * divisor > rest { divisor = rest }
      if rest.isMultiple(of: divisor) {
        result.append(divisor)
        while rest.isMultiple(of: divisor) { rest /= divisor }
      }
      divisor += 1
    }
    return result
  }
}

/// Polynomials over a prime field, lowest coefficient first, without trailing zeros.
extension PrimeField {
  func trimmed(_ polynomial: [UInt64]) -> [UInt64] {
    Array(polynomial.prefix((polynomial.lastIndex { $0 != 0 } ?? -1) + 1))
  }

  func remainder(_ dividend: [UInt64], _ divisor: [UInt64]) -> [UInt64] {
    var rest = dividend
    let lead = inverse(divisor[divisor.count - 1])
    while rest.count >= divisor.count {
      let factor = product(rest[rest.count - 1], lead)
      if factor != 0 {
        let shift = rest.count - divisor.count
        for i in divisor.indices { rest[shift + i] = difference(rest[shift + i], product(factor, divisor[i])) }
      }
      rest.removeLast()
    }
    return trimmed(rest)
  }

  func product(_ a: [UInt64], _ b: [UInt64], modulo divisor: [UInt64]) -> [UInt64] {
    if a.isEmpty || b.isEmpty { return [] }
    var full = [UInt64](repeating: 0, count: a.count + b.count - 1)
    for i in a.indices where a[i] != 0 {
      for j in b.indices { full[i + j] = (full[i + j] + a[i] * b[j]) % prime }
    }
    return remainder(full, divisor)
  }

  func greatestCommonDivisor(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var (a, b) = (trimmed(a), trimmed(b))
    while !b.isEmpty { (a, b) = (b, remainder(a, b)) }
    let lead = a.last.map(inverse) ?? 1
    return a.map { product($0, lead) }
  }

  func quotient(_ dividend: [UInt64], _ divisor: [UInt64]) -> [UInt64] {
    var rest = dividend
    var result = [UInt64](repeating: 0, count: Swift.max(dividend.count - divisor.count + 1, 0))
    let lead = inverse(divisor[divisor.count - 1])
    while rest.count >= divisor.count {
      let shift = rest.count - divisor.count
      let factor = product(rest[rest.count - 1], lead)
      result[shift] = factor
      for i in divisor.indices { rest[shift + i] = difference(rest[shift + i], product(factor, divisor[i])) }
      rest.removeLast()
    }
    return result
  }

  /// The roots of a polynomial that is a product of different linear factors (Cantor and Zassenhaus).
  func roots(_ polynomial: [UInt64]) -> [UInt64] {
    if polynomial.count <= 1 { return [] }
    if polynomial.count == 2 {
      return [product(difference(0, polynomial[0]), inverse(polynomial[1]))]
    }
    var shift: UInt64 = 0
    while true {
      // (x + a)^((p−1)/2) − 1 vanishes at about half of the roots.
      var power: [UInt64] = [1]
      let linear = [shift % prime, 1]
      for bit in String((prime - 1) / 2, radix: 2) {
        power = product(power, power, modulo: polynomial)
        if bit == "1" { power = product(power, linear, modulo: polynomial) }
      }
      if power.isEmpty { power = [0] }
      power[0] = difference(power[0], 1)
      let divisor = greatestCommonDivisor(polynomial, power)
      if divisor.count > 1, divisor.count < polynomial.count {
        return roots(divisor) + roots(quotient(polynomial, divisor))
      }
      shift += 1
    }
  }
}
