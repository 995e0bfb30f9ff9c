internal import VitroCore
public import VitroTensor

/// Cuts an isotypic part into copies of its simple, and turns them so that all have the same matrices.
final class CopySplitter {
  private let orbitals: Orbitals
  private lazy var transposed = orbitals.transposed
  /// Random maps by number, those that are not symmetric from 1000 on: parts share them.
  private var maps: [Int: Tensor] = [:]

  init(orbitals: Orbitals) { self.orbitals = orbitals }

  /// The copies of a part with an orthonormal basis `[points, m·dimension]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) when ten random maps show no clean split.
  func split(_ basis: Tensor, dimension: Int, name: String) throws -> [Tensor] {
    let copies = basis.shape[1] / dimension
    var gap = 0.0
    for attempt in 0..<10 {
      let (values, vectors) = try restricted(to: basis, attempt).symmetricEigen()
      let eigenvalues = try values.doubles
      // Sizes are known: m runs of equal eigenvalues. What lies between runs must stand out from what lies within.
      var spread = 0.0
      gap = .infinity
      for copy in 0..<copies {
        spread = Swift.max(spread, eigenvalues[(copy + 1) * dimension - 1] - eigenvalues[copy * dimension])
        if copy > 0 { gap = Swift.min(gap, eigenvalues[copy * dimension] - eigenvalues[copy * dimension - 1]) }
      }
      guard gap > 1000 * spread else { continue }
      let bases = try (0..<copies).map { copy in
        try basis.matmul(vectors.slice(axis: 1, copy * dimension..<(copy + 1) * dimension))
      }
      if let aligned = try aligned(bases, dimension, attempt) { return aligned }
    }
    throw VitroError(
      .numerical, "splitting the part of \(name)",
      "ten random maps of the commutant show no \(copies) separate copies (last gap \(gap))",
      hint: "The set may be too large for double precision; take a smaller one.")
  }

  /// X = B_jᵀ·A·B_1 intertwines; scaled to be orthogonal it turns the copy j so that its matrices are those of the first.
  ///
  /// `nil` where an X is so small that rounding would show.
  private func aligned(_ bases: [Tensor], _ dimension: Int, _ attempt: Int) throws -> [Tensor]? {
    let image = try map(1000 + attempt).matmul(bases[0])
    let size = try (image * image).sum().item().squareRoot()
    var result = [bases[0]]
    for basis in bases.dropFirst() {
      let intertwiner = try basis.transposed().matmul(image)
      let norm = try (intertwiner * intertwiner).sum().item().squareRoot()
      guard norm > 1e-3 * size else { return nil }
      result.append(try basis.matmul(intertwiner * (Double(dimension).squareRoot() / norm)))
    }
    return result
  }

  /// A random map that commutes with the group, `[points, points]`; symmetric below number 1000.
  private func map(_ number: Int) throws -> Tensor {
    if let known = maps[number] { return known }
    var stream = RandomStream(seed: 0, "commutant", number)
    var weights = try stream.normal([orbitals.count], dtype: .float64).doubles
    if number < 1000 { weights = weights.indices.map { weights[$0] + weights[transposed[$0]] } }
    let map = try orbitals.matrix(weights)
    maps[number] = map
    return map
  }

  /// Bᵀ·A·B of a random map.
  func restricted(to basis: Tensor, _ number: Int) throws -> Tensor {
    try basis.transposed().matmul(map(number).matmul(basis))
  }
}

extension Decomposition {
  /// The imaginary units of a simple's commutant, as matrices in the basis of its copies: none for type ℝ, J for ℂ, I, J and K for ℍ.
  ///
  /// They commute with the group, are skew and orthogonal, square to −1, and IJ = K.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) when random maps do not show them.
  public func imaginaryUnits(of part: Part) throws -> [Tensor] {
    let simple = simple(part)
    guard simple.type != .real, let basis = part.copies.first else { return [] }
    let splitter = CopySplitter(orbitals: orbitals)
    func unit(_ matrix: Tensor) throws -> Tensor? {
      let norm = try (matrix * matrix).sum().item().squareRoot()
      guard norm > 1e-6 else { return nil }
      let scaled = try matrix * (Double(simple.dimension).squareRoot() / norm)
      let rest = try scaled.matmul(scaled) + Tensor.eye(simple.dimension, dtype: .float64)
      return try rest.abs().max().item() < 1e-9 ? scaled : nil
    }
    func sample(_ attempt: Int) throws -> Tensor {
      let matrix = try splitter.restricted(to: basis, 2000 + attempt)
      return try (matrix - matrix.transposed()) * 0.5
    }
    for attempt in 0..<10 {
      guard let first = try unit(sample(2 * attempt)) else { continue }
      if simple.type == .complex { return [first] }
      var second = try sample(2 * attempt + 1)
      second = try second - first * ((first * second).sum().item() / Double(simple.dimension))
      if let second = try unit(second) { return [first, second, try first.matmul(second)] }
    }
    throw VitroError(.numerical, "the commutant of \(simple.name)", "ten random maps do not show its imaginary units")
  }
}
