internal import BigInt
internal import VitroCore

/// A base and strong generating set: stabilizers of more and more points, G = G₀ ≥ G₁ ≥ … ≥ 1, with a transversal of each in the one above.
///
/// Schreier–Sims: residues of random products fill the chain, then every Schreier generator is sifted, so the result is exact. Where the order
/// reaches what it cannot exceed (n!, or n!/2 of even permutations), nothing is left to check.
///
/// - Complexity: O(n²) memory a level; for groups of short base O(n²·log|G|) a sifted generator.
struct StabilizerChain: Sendable {
  /// One stabilizer Gᵢ: the orbit of its base point, with an element of Gᵢ to each point of the orbit.
  struct Level: Sendable {
    /// The point whose stabilizer is the next level.
    var base: Int
    /// The points of the orbit, the base first.
    var orbit: [Int]
    /// Where a point stands in the orbit, −1 outside.
    var position: [Int32]
    /// For each point p of the orbit an element u with u[base] = p, `[orbit, degree]`.
    var transversal: [UInt16]
    /// The inverses of the transversal.
    var inverse: [UInt16]
    /// Strong generators of this level.
    var generators: [[UInt16]] = []

    init(base: Int, degree: Int) {
      self.base = base
      orbit = [base]
      position = [Int32](repeating: -1, count: degree)
      position[base] = 0
      transversal = (0..<degree).map { UInt16($0) }
      inverse = transversal
    }

    /// Adds a generator and the points it reaches.
    mutating func add(_ generator: [UInt16]) {
      let degree = generator.count
      let known = orbit.count
      generators.append(generator)
      var next = 0
      while next < orbit.count {
        let point = orbit[next]
        // The points that were there know what the older generators do.
        for generator in next < known ? generators.suffix(1) : generators[...] {
          let image = Int(generator[point])
          guard position[image] < 0 else { continue }
          position[image] = Int32(orbit.count)
          orbit.append(image)
          let from = next * degree
          let start = transversal.count
          for x in 0..<degree { transversal.append(generator[Int(transversal[from + x])]) }
          inverse.append(contentsOf: repeatElement(0, count: degree))
          for x in 0..<degree { inverse[start + Int(transversal[start + x])] = UInt16(x) }
        }
        next += 1
      }
    }

    /// Brings the orbit into the order of its points, the base first, so that elements are numbered by where they send points and not by how they were
    /// found: those of C₁₂ × C₁₂ go row by row.
    mutating func sortOrbit() {
      let degree = position.count
      let sorted = [base] + orbit.filter { $0 != base }.sorted()
      let old = sorted.map { Int(position[$0]) * degree }
      transversal = old.flatMap { transversal[$0..<$0 + degree] }
      inverse = old.flatMap { inverse[$0..<$0 + degree] }
      orbit = sorted
      for (place, point) in sorted.enumerated() { position[point] = Int32(place) }
    }
  }

  /// The most look-ups of a check, some ten seconds.
  private static let mostWork = 5_000_000_000

  let degree: Int
  private(set) var levels: [Level] = []

  /// The order of the group.
  var order: BigInt { levels.reduce(1) { $0 * BigInt($1.orbit.count) } }

  /// The chain of the group that permutations generate.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when transversals would take more than a gigabyte.
  init(_ generators: [[UInt16]], degree: Int, bound: BigInt) throws {
    self.degree = degree
    let moving = generators.filter { !Self.isIdentity($0) }
    guard let first = moving.first else { return }
    levels = [Level(base: Self.movedPoint(first), degree: degree)]
    for generator in moving { levels[0].add(generator) }
    try fillFromRandomProducts(moving, bound: bound)
    if order < bound { try checkSchreierGenerators() }
    for number in levels.indices { levels[number].sortOrbit() }
  }

  /// Divides by transversals from a level on: what is left, and the level where it leaves the chain.
  func sift(_ element: [UInt16], from start: Int = 0) -> (residue: [UInt16], level: Int) {
    var residue = element
    for (number, level) in levels.enumerated().dropFirst(start) {
      let position = Int(level.position[Int(residue[level.base])])
      guard position >= 0 else { return (residue, number) }
      if position == 0 { continue }
      let offset = position * degree
      for x in 0..<degree { residue[x] = level.inverse[offset + Int(residue[x])] }
    }
    return (residue, levels.count)
  }

  /// Whether a permutation belongs to the group.
  func contains(_ element: [UInt16]) -> Bool { Self.isIdentity(sift(element).residue) }

  static func isIdentity(_ element: [UInt16]) -> Bool { element.indices.allSatisfy { Int(element[$0]) == $0 } }

  private static func movedPoint(_ element: [UInt16]) -> Int {
    element.indices.first { Int(element[$0]) != $0 } ?? 0
  }

  /// Enters a residue that left the chain at `level`, as a generator of all levels from `first` to that one.
  private mutating func enter(_ residue: [UInt16], from first: Int, to level: Int) throws {
    if level == levels.count { levels.append(Level(base: Self.movedPoint(residue), degree: degree)) }
    for number in first...level { levels[number].add(residue) }
    guard levels.reduce(0, { $0 + $1.transversal.count }) <= 1 << 28 else {
      throw VitroError(
        .unsupported, "a group on \(degree) points",
        "its stabilizer chain needs transversals of more than a gigabyte",
        hint: "Give the same group as permutations of fewer points.")
    }
  }

  /// Product replacement: cheap random elements whose residues make nearly all strong generators.
  private mutating func fillFromRandomProducts(_ generators: [[UInt16]], bound: BigInt) throws {
    var random = SplitMix(state: 1)
    var pool = generators
    while pool.count < 10 { pool.append(generators[pool.count % generators.count]) }
    var accumulator = generators[0]
    func product(_ a: [UInt16], _ b: [UInt16]) -> [UInt16] { b.map { a[Int($0)] } }
    func step() {
      let i = random.below(pool.count)
      var j = random.below(pool.count - 1)
      if j >= i { j += 1 }
      pool[i] = random.below(2) == 0 ? product(pool[i], pool[j]) : product(pool[j], pool[i])
      accumulator = product(accumulator, pool[i])
    }
    for _ in 0..<50 { step() }
    var trivial = 0
    while trivial < 12, order < bound {
      step()
      let (residue, level) = sift(accumulator)
      if level == levels.count, Self.isIdentity(residue) {
        trivial += 1
      } else {
        trivial = 0
        // The first level has the group's own generators, which suffice.
        try enter(residue, from: Swift.min(1, level), to: level)
      }
    }
  }

  /// Sifts every Schreier generator, deepest level first; what does not vanish is entered and its levels are looked at again.
  private mutating func checkSchreierGenerators() throws {
    var number = levels.count - 1
    var work = 0
    levels: while number >= 0 {
      for position in levels[number].orbit.indices {
        for generator in levels[number].generators {
          work += degree * (levels.count - number)
          guard work <= Self.mostWork else {
            throw VitroError(
              .unsupported, "a group on \(degree) points",
              "its chain of \(levels.count) stabilizers takes too long to check",
              hint: "Give the same group as permutations of fewer points.")
          }
          let level = levels[number]
          let image = Int(generator[level.orbit[position]])
          let from = position * degree
          let back = Int(level.position[image]) * degree
          let schreier = (0..<degree).map {
            level.inverse[back + Int(generator[Int(level.transversal[from + $0])])]
          }
          let (residue, leaves) = sift(schreier, from: number + 1)
          if leaves < levels.count || !Self.isIdentity(residue) {
            try enter(residue, from: number + 1, to: leaves)
            number = levels.count - 1
            continue levels
          }
        }
      }
      number -= 1
    }
  }
}

/// Random numbers of the chain and of polynomial roots: any will do, but always the same.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 to `bound − 1`.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
