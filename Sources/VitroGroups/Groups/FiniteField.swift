/// The field of q = pᵏ elements; elements are numbers 0..<q whose digits to base p are coefficients of a polynomial.
struct FiniteField {
  let order: Int
  /// The prime p.
  let characteristic: Int
  /// The exponent k.
  let degree: Int
  /// The products of all pairs, where they are not those of whole numbers modulo p.
  private var products: [Int32] = []

  var isPrime: Bool { degree == 1 }

  /// The field of a prime power, of at most 1024 elements unless it is a prime; `nil` for another number.
  init?(_ order: Int) {
    guard order >= 2, order <= 4096, let prime = PrimeField.primeDivisors(order).first else { return nil }
    var (power, degree) = (order, 0)
    while power.isMultiple(of: prime) {
      power /= prime
      degree += 1
    }
    guard power == 1, degree == 1 || order <= 1024 else { return nil }
    self.order = order
    characteristic = prime
    self.degree = degree
    guard degree > 1 else { return }
    // x is a root of xᵏ = Σ tail·xⁱ; where it has order q − 1 the polynomial is irreducible.
    guard let tail = (1..<order).first(where: { orderOfX($0) == order - 1 }) else { return nil }
    products = (0..<order * order).map { Int32(product($0 / order, $0 % order, tail: tail)) }
  }

  func sum(_ a: Int, _ b: Int) -> Int {
    var (a, b, place, result) = (a, b, 1, 0)
    while a > 0 || b > 0 {
      result += (a % characteristic + b % characteristic) % characteristic * place
      a /= characteristic
      b /= characteristic
      place *= characteristic
    }
    return result
  }

  func product(_ a: Int, _ b: Int) -> Int { isPrime ? a * b % order : Int(products[a * order + b]) }

  func negative(_ a: Int) -> Int { product(a, characteristic - 1) }

  func inverse(_ a: Int) -> Int { power(a, order - 2) }

  private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in product(result, base) }
  }

  /// An element whose powers are all that are not 0.
  var generator: Int {
    (1..<order).first { candidate in
      var (power, exponent) = (candidate, 1)
      while power != 1 {
        power = product(power, candidate)
        exponent += 1
      }
      return exponent == order - 1
    } ?? 1
  }

  /// a·b by polynomials: Horner's rule with x·f, reduced by the tail.
  private func product(_ a: Int, _ b: Int, tail: Int) -> Int {
    var (result, place) = (0, order / characteristic)
    while place > 0 {
      result = sum(timesX(result, tail: tail), scaled(a, by: b / place % characteristic))
      place /= characteristic
    }
    return result
  }

  private func timesX(_ a: Int, tail: Int) -> Int {
    let top = order / characteristic
    return sum(a % top * characteristic, scaled(tail, by: a / top))
  }

  private func scaled(_ a: Int, by factor: Int) -> Int { (0..<factor).reduce(0) { result, _ in sum(result, a) } }

  private func orderOfX(_ tail: Int) -> Int {
    var (power, exponent) = (characteristic, 1)
    while power != 1, exponent < order {
      power = timesX(power, tail: tail)
      exponent += 1
    }
    return exponent
  }
}
