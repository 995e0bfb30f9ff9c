internal import VitroCore

extension Group.Family {
  /// The generators of a member, permutations counted from 0.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when there is no such member.
  func generators() throws -> [Permutation] {
    switch self {
    case .cyclic(let n):
      return [Self.turn(n)]
    case .dihedral(let n):
      // Fewer than three points cannot tell turns from reflections.
      if n == 1 { return [Permutation(unchecked: [1, 0])] }
      if n == 2 { return [Permutation(unchecked: [1, 0, 3, 2]), Permutation(unchecked: [2, 3, 0, 1])] }
      return [Self.turn(n), Permutation(unchecked: (0..<n).map { (n - $0) % n })]
    case .symmetric(let n):
      guard n > 1 else { return [.identity(1)] }
      return n == 2 ? [Self.turn(2)] : [Permutation(unchecked: [1, 0] + Array(2..<n)), Self.turn(n)]
    case .alternating(let n):
      guard n > 2 else { return [.identity(Swift.max(n, 1))] }
      let three = Permutation(unchecked: [1, 2, 0] + Array(3..<n))
      if n == 3 { return [three] }
      // A cycle of all points, or of all but the first, whichever is even.
      return [
        three, n.isMultiple(of: 2) ? Permutation(unchecked: [0] + (1..<n).map { $0 % (n - 1) + 1 }) : Self.turn(n),
      ]
    case .quaternion: return Self.quaternionGenerators
    case .frobenius(let prime, let multipliers):
      guard let field = FiniteField(prime), field.isPrime, (prime - 1).isMultiple(of: multipliers) else {
        throw VitroError(
          .argument, "the group \(self)", "\(prime) is not a prime of which \(multipliers) divides \(prime) − 1",
          hint: "F(13:3) and F(7:6) are groups.")
      }
      let generator = field.generator
      let factor = (0..<(prime - 1) / multipliers).reduce(1) { power, _ in field.product(power, generator) }
      return [Self.turn(prime), Permutation(unchecked: (0..<prime).map { field.product(factor, $0) })]
    case .projectiveSpecialLinear(let q): return try Self.projectiveGenerators(q)
    case .mathieu(let n): return try Self.mathieuGenerators(n)
    case .product(let factors):
      let all = try factors.map { try $0.generators() }
      let degree = all.reduce(0) { $0 + $1[0].degree }
      var result: [Permutation] = []
      var start = 0
      for generators in all {
        for generator in generators {
          var images = Array(0..<degree)
          for point in 0..<generator.degree { images[start + point] = start + generator[point] }
          result.append(Permutation(unchecked: images))
        }
        start += generators[0].degree
      }
      return result
    }
  }

  /// How many points a member permutes; the largest integer where that overflows.
  var degree: Int {
    switch self {
    case .cyclic(let n), .symmetric(let n), .alternating(let n), .mathieu(let n): n
    case .dihedral(let n): n < 3 ? 2 * n : n
    case .quaternion: 8
    case .frobenius(let prime, _): prime
    case .projectiveSpecialLinear(let q): q + 1
    case .product(let factors): factors.reduce(0) { $0 + $1.degree }
    }
  }

  private static func turn(_ n: Int) -> Permutation { Permutation(unchecked: (0..<n).map { ($0 + 1) % n }) }

  /// Left multiplication by i and j on 1, −1, i, −i, j, −j, k, −k.
  private static var quaternionGenerators: [Permutation] {
    [Permutation(unchecked: [2, 3, 1, 0, 6, 7, 5, 4]), Permutation(unchecked: [4, 5, 7, 6, 1, 0, 2, 3])]
  }

  /// x → x + b, x → a²x and x → −1/x on the points 0, …, q − 1 and ∞ = q.
  private static func projectiveGenerators(_ q: Int) throws -> [Permutation] {
    guard let field = FiniteField(q) else {
      throw VitroError(
        .argument, "the group PSL(2,\(q))", "\(q) is not a power of a prime", hint: "PSL(2,7) and PSL(2,9) are groups.")
    }
    let generator = field.generator
    let square = field.product(generator, generator)
    // Of pᵏ elements, the first k powers of a generator generate all sums.
    var result: [Permutation] = []
    var shift = 1
    for _ in 0..<field.degree {
      result.append(Permutation(unchecked: (0..<q).map { field.sum($0, shift) } + [q]))
      shift = field.product(shift, generator)
    }
    result.append(Permutation(unchecked: (0..<q).map { field.product($0, square) } + [q]))
    result.append(Permutation(unchecked: (0...q).map { $0 == 0 ? q : $0 == q ? 0 : field.negative(field.inverse($0)) }))
    return result
  }

  private static func mathieuGenerators(_ n: Int) throws -> [Permutation] {
    let cycles: [String]
    switch n {
    case 11: cycles = ["(1 2 3 4 5 6 7 8 9 10 11)", "(3 7 11 8)(4 10 5 6)"]
    case 12: cycles = ["(1 2 3 4 5 6 7 8 9 10 11)", "(3 7 11 8)(4 10 5 6)", "(1 12)(2 11)(3 6)(4 8)(5 9)(7 10)"]
    case 24:
      cycles = [
        "(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)",
        "(3 17 10 7 9)(4 13 14 19 5)(8 18 11 12 23)(15 20 22 21 16)",
        "(1 24)(2 23)(3 12)(4 16)(5 18)(6 10)(7 20)(8 14)(9 21)(11 17)(13 22)(15 19)",
      ]
    default:
      throw VitroError(
        .argument, "the group M\(n)", "there is no Mathieu group M\(n) here", hint: "M11, M12 and M24 are known.")
    }
    return try cycles.map { try Permutation(cycles: $0, degree: n) }
  }
}
