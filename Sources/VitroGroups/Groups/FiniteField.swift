/// The field of q = pᵏ elements, as tables; elements are numbers 0..<q whose digits to base p are coefficients of a polynomial.
struct FiniteField {
  let order: Int
  private let sums: [Int]
  private let products: [Int]

  /// The field of a prime power below 4096, `nil` for another number.
  init?(_ order: Int) {
    guard order >= 2, order < 4096, let prime = (2...order).first(where: { order.isMultiple(of: $0) }) else {
      return nil
    }
    var power = order
    var degree = 0
    while power.isMultiple(of: prime) {
      power /= prime
      degree += 1
    }
    guard power == 1 else { return nil }
    self.order = order
    func digits(_ number: Int) -> [Int] {
      var rest = number
      return (0..<degree).map { _ in
        defer { rest /= prime }
        return rest % prime
      }
    }
    func number(_ digits: [Int]) -> Int { digits.reversed().reduce(0) { $0 * prime + $1 } }
    let all = (0..<order).map(digits)
    sums = (0..<order * order).map { pair in
      number(zip(all[pair / order], all[pair % order]).map { ($0 + $1) % prime })
    }
    /// The product modulo xᵏ − Σ tail·xⁱ.
    func product(_ a: [Int], _ b: [Int], tail: [Int]) -> [Int] {
      var full = [Int](repeating: 0, count: 2 * degree - 1)
      for i in 0..<degree { for j in 0..<degree { full[i + j] = (full[i + j] + a[i] * b[j]) % prime } }
      for high in stride(from: full.count - 1, through: degree, by: -1) where full[high] != 0 {
        for i in 0..<degree { full[high - degree + i] = (full[high - degree + i] + full[high] * tail[i]) % prime }
        full[high] = 0
      }
      return Array(full.prefix(degree))
    }
    // A modulus for which x has order q − 1 is irreducible, and x a generator.
    let x = degree == 1 ? nil : number([0, 1])
    let tail = all.first { tail in
      guard let x, tail[0] != 0 else { return degree == 1 }
      var power = all[x]
      var exponent = 1
      while number(power) != 1, exponent < order {
        power = product(power, all[x], tail: tail)
        exponent += 1
      }
      return exponent == order - 1
    }
    guard let tail else { return nil }
    products = (0..<order * order).map { number(product(all[$0 / order], all[$0 % order], tail: tail)) }
  }

  func sum(_ a: Int, _ b: Int) -> Int { sums[a * order + b] }
  func product(_ a: Int, _ b: Int) -> Int { products[a * order + b] }
  func inverse(_ a: Int) -> Int { (1..<order).first { product(a, $0) == 1 } ?? 0 }
  func negative(_ a: Int) -> Int { (0..<order).first { sum(a, $0) == 0 } ?? 0 }

  /// An element whose powers are all that are not 0.
  var generator: Int {
    (1..<order).first { candidate in
      var power = candidate
      var exponent = 1
      while power != 1 {
        power = product(power, candidate)
        exponent += 1
      }
      return exponent == order - 1
    } ?? 1
  }
}
