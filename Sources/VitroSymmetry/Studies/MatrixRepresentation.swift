internal import Foundation
internal import VitroCore
internal import VitroGroups

/// A representation by a matrix for each generator, from a JSON file.
struct MatrixRepresentation {
  /// The matrices, row by row.
  let matrices: [[[Double]]]
  private let path: String

  /// Reads `[[[…], …], …]`.
  init(file path: String) throws {
    self.path = path
    guard let handle = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)) else {
      throw VitroError(.file, "reading \(path)", "the file is not there or cannot be read", details: ["file": path])
    }
    defer { try? handle.close() }
    let data = (try? handle.read(upToCount: 64 << 20)) ?? Data()
    guard let matrices = try? JSONDecoder().decode([[[Double]]].self, from: data), let first = matrices.first,
      !first.isEmpty, matrices.allSatisfy({ $0.count == first.count && $0.allSatisfy { $0.count == first.count } })
    else {
      throw VitroError.malformed(
        file: path, field: "matrices", found: String(decoding: data.prefix(60), as: UTF8.self),
        expected: "square matrices of one size, a JSON list [[[0, 1], [1, 0]], …]")
    }
    self.matrices = matrices
  }

  /// What the matrices do to coordinates, if the activation keeps them equivariant and they permute.
  func permutations(for activation: PointwiseActivation) throws -> [[Int]] {
    let compatibility = Compatibility(activation, matrices: matrices)
    try compatibility.requireCompatible("\(activation.name) on the representation of \(path)")
    guard compatibility.kind == .permutation else {
      throw VitroError(
        .unsupported, "the interaction graph",
        "the matrices are \(compatibility.kind.rawValue) matrices: \(compatibility.reason); graphs are drawn of permutation representations",
        hint: "Double the coordinates, x and −x, so that the group permutes them.")
    }
    // (g·f)(g·x) = f(x): column x has its 1 in row g·x.
    return matrices.map { matrix in
      matrix[0].indices.map { column in matrix.firstIndex { abs($0[column] - 1) <= 1e-9 } ?? 0 }
    }
  }
}
