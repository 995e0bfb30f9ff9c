internal import VitroCore

extension Group {
  /// A group by name: `C8`, `D5` (order 10), `S4`, `A5`, `Q8`, `F20` (x → ax + b modulo 5), `PSL(2,7)`, `M11`, and products such as `C4xC4`.
  ///
  /// ```swift
  /// let torus = try Group("C4xC4")
  /// let shape = (torus.order, torus.degree)  // (16, 8)
  /// ```
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that says none of these.
  public init(_ name: String) throws {
    let family = try Family(name)
    guard family.degree <= Self.largestDegree else { throw Self.tooManyPoints(family.degree) }
    try self.init(try family.generators(), name: family.description, family: family)
  }

  /// The group that a JSON file lists: `[[images of 1, 2, …], …]`, a permutation for each generator.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` when the file is not such a list, `argument` when a row is not a permutation.
  public init(file: String) throws {
    let rows = try PermutationFile.rows(of: file)
    try self.init(generators: rows, name: PermutationFile.name(of: file))
  }
}

extension Group.Family {
  /// The family that a name says.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for another name.
  public init(_ name: String) throws {
    let compact = name.filter { !$0.isWhitespace && $0 != "_" }
    let factors = compact.split(omittingEmptySubsequences: false) { $0 == "x" || $0 == "×" || $0 == "*" }
    guard name.count <= 100, factors.count <= 16 else { throw Self.unknown(name) }
    if factors.count > 1 {
      self = .product(try factors.map { try Self(String($0)) })
      return
    }
    let lead = compact.prefix { $0.isLetter }.uppercased()
    guard let match = compact.dropFirst(lead.count).wholeMatch(of: /(\d+)|\((\d+)[,:](\d+)\)|(\d+)\((\d+)\)/) else {
      throw Self.unknown(name)
    }
    let (_, one, first, second, subscripted, argument) = match.output
    let numbers = [one, first, second, subscripted, argument].compactMap { $0 }.map { Int($0) ?? 0 }
    guard numbers.allSatisfy({ (1...Group.largestDegree).contains($0) }) else { throw Self.unknown(name) }
    switch (lead, numbers.count) {
    case ("C", 1), ("Z", 1): self = .cyclic(numbers[0])
    case ("D", 1): self = .dihedral(numbers[0])
    case ("S", 1): self = .symmetric(numbers[0])
    case ("A", 1): self = .alternating(numbers[0])
    case ("Q", 1) where numbers[0] == 8: self = .quaternion
    case ("M", 1) where [11, 12, 24].contains(numbers[0]): self = .mathieu(numbers[0])
    case ("PSL", 2) where numbers[0] == 2, ("L", 2) where numbers[0] == 2: self = .projectiveSpecialLinear(numbers[1])
    case ("F", 1): self = try Self.frobenius(order: numbers[0], name)
    case ("F", 2): self = .frobenius(prime: numbers[0], multipliers: numbers[1])
    default: throw Self.unknown(name)
    }
  }

  /// The Frobenius group of an order p·k, p its largest prime, k a divisor of p − 1 above 1.
  private static func frobenius(order: Int, _ name: String) throws -> Self {
    var rest = order
    var prime = 1
    var divisor = 2
    while rest > 1 {
      while rest.isMultiple(of: divisor) {
        rest /= divisor
        prime = divisor
      }
      divisor += 1
    }
    let multipliers = order / prime
    guard prime > 2, multipliers > 1, (prime - 1).isMultiple(of: multipliers) else { throw unknown(name) }
    return .frobenius(prime: prime, multipliers: multipliers)
  }

  private static func unknown(_ name: String) -> VitroError {
    VitroError(
      .argument, "the group", "there is no group named '\(name.prefix(60))'",
      hint:
        "Names are C8, D5, S4, A5, Q8, F20, PSL(2,7), M11, and products such as C4xC4; others are given by --generators.",
      details: ["field": "group", "found": String(name.prefix(60))])
  }
}

extension Group.Family: CustomStringConvertible {
  /// The name: `C8`, `C4xC4`, `PSL(2,7)`.
  public var description: String {
    switch self {
    case .cyclic(let n): "C\(n)"
    case .dihedral(let n): "D\(n)"
    case .symmetric(let n): "S\(n)"
    case .alternating(let n): "A\(n)"
    case .quaternion: "Q8"
    case .frobenius(let prime, let multipliers): "F(\(prime):\(multipliers))"
    case .projectiveSpecialLinear(let q): "PSL(2,\(q))"
    case .mathieu(let n): "M\(n)"
    case .product(let factors): factors.map(\.description).joined(separator: "x")
    }
  }
}
