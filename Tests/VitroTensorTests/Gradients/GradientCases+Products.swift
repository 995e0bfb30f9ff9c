import VitroTensor

extension GradientCase {
  /// Matrix products of all ranks and transposes, and what is made of them.
  static let products: [GradientCase] = matrices + batches + vectors + linears

  private static let transposes = [(false, false), (false, true), (true, false), (true, true)]

  private static func matmul(_ a: [Int], _ b: [Int], _ transposeA: Bool, _ transposeB: Bool) -> GradientCase {
    func transposed(_ shape: [Int]) -> [Int] { shape.dropLast(2) + shape.suffix(2).reversed() }
    return GradientCase(
      "matmul\(transposeA ? " Aᵀ" : "")\(transposeB ? " Bᵀ" : "")",
      [transposeA ? transposed(a) : a, transposeB ? transposed(b) : b]
    ) {
      try $0[0].matmul($0[1], transposeA: transposeA, transposeB: transposeB)
    }
  }

  private static let matrices: [GradientCase] =
    [(3, 4, 2), (1, 7, 1), (0, 3, 2), (3, 0, 2), (2, 3, 0), (1, 1, 1), (31, 17, 23), (101, 1009, 3)].flatMap {
      m, k, n in
      transposes.map { matmul([m, k], [k, n], $0, $1) }
    }

  private static let batches: [GradientCase] = [
    ([5, 3, 4], [5, 4, 2]), ([5, 3, 4], [4, 2]), ([3, 4], [5, 4, 2]), ([2, 1, 3, 4], [1, 5, 4, 2]),
    ([2, 1, 3, 4], [5, 4, 2]), ([2, 5, 3, 4], [4, 2]), ([1, 3, 4], [5, 4, 2]), ([0, 3, 4], [4, 2]),
    ([2, 3, 0], [0, 4]),
    ([2, 3, 0], [2, 0, 4]), ([0, 1, 3, 4], [5, 4, 2]), ([37, 60, 50], [37, 50, 2]), ([37, 60, 50], [50, 2]),
  ].flatMap { a, b in transposes.map { matmul(a, b, $0, $1) } }

  private static let vectors: [GradientCase] =
    [
      ([4], [4]), ([4], [4, 2]), ([3, 4], [4]), ([5, 3, 4], [4]), ([4], [5, 4, 2]), ([0], [0, 2]), ([1], [1]),
      ([100_003], [100_003]),
    ].map { a, b in GradientCase("matmul", [a, b]) { try $0[0].matmul($0[1]) } } + [
      GradientCase("matmul of vectors, transposed", [[4], [4]]) {
        try $0[0].matmul($0[1], transposeA: true, transposeB: true)
      },
      GradientCase("matmul with itself", [[3, 4]]) { try $0[0].matmul($0[0], transposeB: true) },
      GradientCase("matmul by a constant", [[3, 4]]) { try $0[0].matmul(constant([4, 2])) },
      GradientCase("matmul of a constant", [[4, 2]]) { try constant([3, 4]).matmul($0[0]) },
      GradientCase("outer", [[3], [5]]) { try $0[0].outer($0[1]) },
      GradientCase("outer", [[0], [5]]) { try $0[0].outer($0[1]) },
      GradientCase("dot", [[7], [7]]) { try $0[0].dot($0[1]) },
      GradientCase("dot", [[0], [0]]) { try $0[0].dot($0[1]) },
    ]

  private static let linears: [GradientCase] = [
    ([4, 3], [2, 3]), ([3], [2, 3]), ([5, 4, 3], [2, 3]), ([0, 3], [2, 3]), ([4, 0], [2, 0]), ([4, 3], [0, 3]),
    ([6, 4, 3], [6, 2, 3]), ([1, 4, 3], [6, 2, 3]), ([6, 3], [6, 2, 3]), ([6, 2, 4, 3], [6, 2, 3]),
    ([1, 3], [6, 2, 3]), ([2, 500, 101], [2, 3, 101]), ([1000, 101], [3, 101]),
  ].flatMap { x, weight in
    [
      GradientCase("linear", [x, weight]) { try $0[0].linear(weight: $0[1]) },
      GradientCase("linear with bias", [x, weight, weight.dropLast()]) { try $0[0].linear(weight: $0[1], bias: $0[2]) },
      GradientCase("linear, bias alone watched, input \(x)", [weight.dropLast()]) {
        try constant(x).linear(weight: constant(weight), bias: $0[0])
      },
    ]
  }

  /// Einstein sums: diagonals, sums, permutations, batches, broadcasting, several operands, empty axes.
  static let einsums: [GradientCase] = [
    ("ij,jk->ik", [[3, 4], [4, 2]]), ("ij,jk", [[3, 4], [4, 2]]), ("ij->ji", [[3, 4]]), ("ii->i", [[3, 3]]),
    ("ii->", [[3, 3]]), ("iij->j", [[3, 3, 2]]), ("iji->ij", [[3, 2, 3]]), ("ijk->k", [[2, 3, 4]]),
    ("i,j->ij", [[3], [4]]),
    ("i,i->", [[5], [5]]), ("ij,ij->i", [[3, 4], [3, 4]]), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]]),
    ("bqhd,bkhd->bhqk", [[2, 3, 2, 4], [2, 5, 2, 4]]), ("ab,bc,cd->ad", [[2, 3], [3, 4], [4, 2]]),
    ("a,ab,b->", [[3], [3, 4], [4]]), ("ij,kj,lj->ikl", [[2, 3], [4, 3], [5, 3]]), (",i->i", [[], [3]]),
    ("...ij,...jk->...ik", [[2, 1, 3, 4], [5, 4, 2]]), ("...i,...i->...", [[2, 3, 4], [4]]), ("...->...", [[2, 3]]),
    ("b...,b->...", [[3, 2, 2], [3]]), ("ij,jk->ik", [[3, 0], [0, 2]]), ("ij,jk->ik", [[0, 3], [3, 2]]),
    ("...i,...i->...", [[0, 4], [1, 4]]), ("ij,jk->ik", [[101, 1009], [1009, 3]]), ("i->", [[100_003]]),
    ("ij->i", [[1, 1]]),
  ].map { expression, shapes in
    GradientCase("einsum \(expression)", shapes) { try Tensor.einsum(expression, $0) }
  }
}
