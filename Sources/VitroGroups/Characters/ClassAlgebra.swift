internal import VitroCore

/// The class sums of a group modulo a prime, and their common eigenvectors: the central characters (Burnside, Dixon).
///
/// With ω(C) = |C|·χ(C)/χ(1), ω(C_j)·ω(C_k) = Σ_l a_jkl·ω(C_l), a_jkl = #{(x, y) ∈ C_j × C_k : xy = g_l}. So every ω is an eigenvector of each
/// matrix (a_jkl)_kl, and together they tell all of them apart.
struct ClassAlgebra {
  let elements: GroupElements
  let classes: ConjugacyClasses
  let field: PrimeField
  private let members: [[Int32]]

  init(_ elements: GroupElements, _ classes: ConjugacyClasses, _ field: PrimeField) {
    self.elements = elements
    self.classes = classes
    self.field = field
    var members = classes.sizes.map { size -> [Int32] in
      var list: [Int32] = []
      list.reserveCapacity(size)
      return list
    }
    for (element, label) in classes.label.enumerated() { members[Int(label)].append(Int32(element)) }
    self.members = members
  }

  /// The structure constants (a_jkl)_kl of a class, `[k, l]`.
  func matrix(of number: Int) -> [UInt64] {
    let count = classes.count
    var counts = [UInt64](repeating: 0, count: count * count)
    for x in members[number] {
      elements.quotients(Int(x), classes.representatives) { column, y in
        counts[Int(classes.label[y]) * count + column] += 1
      }
    }
    return counts.map { $0 % field.prime }
  }

  /// The central characters, a vector of ω(C) for each, with ω(1) = 1.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) when the class sums do not tell them apart: never, by Burnside's theorem.
  func centralCharacters() throws -> [[UInt64]] {
    let count = classes.count
    var spaces = [FieldSpace(whole: count, field)]
    let bySize = (1..<Swift.max(count, 1)).sorted { (classes.sizes[$0], $0) < (classes.sizes[$1], $1) }
    for number in bySize where spaces.contains(where: { $0.dimension > 1 }) {
      let matrix = matrix(of: number)
      spaces = spaces.flatMap { $0.dimension == 1 ? [$0] : $0.eigenspaces(of: matrix) }
    }
    guard spaces.count == count, spaces.allSatisfy({ $0.rows[0][0] != 0 }) else {
      throw VitroError(
        .numerical, "the characters of \(elements.group.name)",
        "\(spaces.count) common eigenspaces of the class sums were found, expected \(count)")
    }
    return spaces.map { space in
      let scale = field.inverse(space.rows[0][0])
      return space.rows[0].map { field.product($0, scale) }
    }
  }
}

/// A subspace of vectors over a prime field: rows in echelon form, with 1 at their pivots.
struct FieldSpace {
  let field: PrimeField
  private(set) var rows: [[UInt64]]
  private(set) var pivots: [Int]

  var dimension: Int { rows.count }

  init(whole count: Int, _ field: PrimeField) {
    self.field = field
    rows = (0..<count).map { index in (0..<count).map { $0 == index ? 1 : 0 } }
    pivots = Array(0..<count)
  }

  init(spannedBy vectors: [[UInt64]], _ field: PrimeField) {
    self.field = field
    rows = []
    pivots = []
    for vector in vectors { insert(vector) }
  }

  /// Adds a vector, if it is not in the space yet.
  @discardableResult
  mutating func insert(_ vector: [UInt64]) -> Bool {
    let p = field.prime
    var rest = vector
    for (row, pivot) in zip(rows, pivots) where rest[pivot] != 0 {
      let factor = p - rest[pivot]
      for i in rest.indices { rest[i] = (rest[i] + factor * row[i]) % p }
    }
    guard let pivot = rest.firstIndex(where: { $0 != 0 }) else { return false }
    let scale = field.inverse(rest[pivot])
    rest = rest.map { field.product($0, scale) }
    for number in rows.indices where rows[number][pivot] != 0 {
      let factor = p - rows[number][pivot]
      for i in rest.indices { rows[number][i] = (rows[number][i] + factor * rest[i]) % p }
    }
    rows.append(rest)
    pivots.append(pivot)
    return true
  }

  /// The eigenspaces of a matrix that maps the space to itself and is diagonalizable there.
  ///
  /// From the Krylov sequence of a random vector comes its minimal polynomial, whose roots are eigenvalues; the polynomial without one root, applied to the
  /// vector, gives an eigenvector. More vectors follow until the eigenspaces fill the space.
  ///
  /// - Complexity: O(d³) a vector for dimension d, besides O(d·n²) for the restriction to the space.
  func eigenspaces(of matrix: [UInt64]) -> [FieldSpace] {
    let p = field.prime
    let count = rows[0].count
    // Coordinates of M·bᵢ stand at the pivots; column i of the restriction.
    let restricted = rows.map { row in
      pivots.map { pivot -> UInt64 in
        var sum: UInt64 = 0
        for i in 0..<count where row[i] != 0 { sum = (sum + matrix[pivot * count + i] * row[i]) % p }
        return sum
      }
    }
    func apply(_ vector: [UInt64]) -> [UInt64] {
      var result = [UInt64](repeating: 0, count: dimension)
      for (column, factor) in zip(restricted, vector) where factor != 0 {
        for i in result.indices { result[i] = (result[i] + column[i] * factor) % p }
      }
      return result
    }
    var random = SplitMix(state: UInt64(dimension))
    var found: [UInt64: FieldSpace] = [:]
    var filled = 0
    while filled < dimension {
      let start = (0..<dimension).map { _ in random.next() % p }
      guard start.contains(where: { $0 != 0 }) else { continue }
      let krylov = KrylovSequence(start, field, apply)
      for root in field.roots(krylov.minimalPolynomial) {
        let quotient = field.quotient(krylov.minimalPolynomial, [field.difference(0, root), 1])
        var vector = [UInt64](repeating: 0, count: dimension)
        for (coefficient, power) in zip(quotient, krylov.vectors) where coefficient != 0 {
          for i in vector.indices { vector[i] = (vector[i] + coefficient * power[i]) % p }
        }
        if found[root, default: FieldSpace(spannedBy: [], field)].insert(vector) { filled += 1 }
      }
    }
    return found.sorted { $0.key < $1.key }.map { _, space in
      FieldSpace(
        spannedBy: space.rows.map { coordinates in
          var vector = [UInt64](repeating: 0, count: count)
          for (row, factor) in zip(rows, coordinates) where factor != 0 {
            for i in vector.indices { vector[i] = (vector[i] + factor * row[i]) % p }
          }
          return vector
        }, field)
    }
  }
}

/// v, Mv, M²v, … until they depend on each other, and the polynomial that says how.
struct KrylovSequence {
  private(set) var vectors: [[UInt64]]
  private(set) var minimalPolynomial: [UInt64] = []

  init(_ start: [UInt64], _ field: PrimeField, _ apply: ([UInt64]) -> [UInt64]) {
    let p = field.prime
    vectors = []
    // Each row: a combination of the vectors so far, and which.
    var echelon: [(row: [UInt64], combination: [UInt64], pivot: Int)] = []
    var vector = start
    while true {
      var rest = vector
      var combination = [UInt64](repeating: 0, count: vectors.count) + [1]
      for (row, known, pivot) in echelon where rest[pivot] != 0 {
        let factor = p - rest[pivot]
        for i in rest.indices { rest[i] = (rest[i] + factor * row[i]) % p }
        for i in known.indices { combination[i] = (combination[i] + factor * known[i]) % p }
      }
      guard let pivot = rest.firstIndex(where: { $0 != 0 }) else {
        minimalPolynomial = combination
        return
      }
      let scale = field.inverse(rest[pivot])
      echelon.append((rest.map { $0 * scale % p }, combination.map { $0 * scale % p }, pivot))
      vectors.append(vector)
      vector = apply(vector)
    }
  }
}
