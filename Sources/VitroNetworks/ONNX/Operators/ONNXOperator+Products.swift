internal import VitroCore
internal import VitroTensor

/// Products of matrices and sums over named axes.
extension ONNXOperator {
  static let products: [String: ONNXOperator] = [
    "MatMul": ONNXOperator(2...2, folds: false, shape: productShape) { call in
      let (a, b) = try call.pair()
      guard a.dtype.isComputing else {
        return try a.cast(to: .float64).matmul(b.cast(to: .float64)).cast(to: a.dtype)
      }
      return try a.matmul(b)
    },
    "Gemm": ONNXOperator(
      2...3, folds: false,
      shape: { outline in
        let (transposeA, transposeB) = (try outline.operation.flag("transA"), try outline.operation.flag("transB"))
        let (a, b) = (try outline.shape(0), try outline.shape(1))
        guard a?.count ?? 2 == 2, b?.count ?? 2 == 2 else {
          throw outline.operation.refusal("its operands are \(a ?? []) and \(b ?? []), expected matrices", code: .shape)
        }
        _ = (try outline.operation.real("alpha", default: 1), try outline.operation.real("beta", default: 1))
        let (inner, other) = (a?[transposeA ? 0 : 1] ?? -1, b?[transposeB ? 1 : 0] ?? -1)
        guard inner == other || inner == -1 || other == -1 else {
          throw outline.operation.refusal("the inner lengths \(inner) and \(other) differ", code: .shape)
        }
        let result = [a.map { $0[transposeA ? 1 : 0] } ?? -1, b.map { $0[transposeB ? 0 : 1] } ?? -1]
        if let c = outline.optional(2)?.shape {
          let sum = try ONNXSketch.broadcast([result, c], outline.operation.operation) ?? result
          guard sum.count == 2, zip(sum, result).allSatisfy({ $0 == $1 || $1 == -1 }) else {
            throw outline.operation.refusal("a term \(c) does not fit \(result)", code: .shape)
          }
        }
        return result
      }
    ) { call in
      let (a, b) = try call.pair()
      let isReal = a.dtype.isComputing
      let (left, right) = isReal ? (a, b) : (try a.cast(to: .float64), try b.cast(to: .float64))
      var result = try left.matmul(
        right, transposeA: call.operation.flag("transA"), transposeB: call.operation.flag("transB"))
      let (alpha, beta) = (try call.operation.real("alpha", default: 1), try call.operation.real("beta", default: 1))
      if alpha != 1 { result = try result * alpha }
      if let c = call.optional(2) {
        let term = try c.cast(to: result.dtype)
        result = try result + (beta == 1 ? term : term * beta)
      }
      return try result.cast(to: a.dtype)
    },
    "Einsum": ONNXOperator(1...26, folds: false, shape: einsumShape) { call in
      try .einsum(call.operation.text("equation", default: ""), call.all())
    },
    "Det": ONNXOperator(1...1, shape: { outline in try outline.shape(0).map { Array($0.dropLast(2)) } }) { call in
      try call.real(0).determinant()
    },
  ]

  private static let productShape: Shape = { outline in
    guard let a = try outline.shape(0), let b = try outline.shape(1) else { return nil }
    guard !a.isEmpty, !b.isEmpty else {
      throw outline.operation.refusal("it multiplies \(a) and \(b), expected at least one axis", code: .shape)
    }
    let (left, right) = (a.count == 1 ? [1] + a : a, b.count == 1 ? b + [1] : b)
    let (inner, other) = (left[left.count - 1], right[right.count - 2])
    guard inner == other || inner == -1 || other == -1 else {
      throw outline.operation.refusal("the inner lengths of \(a) and \(b) differ", code: .shape)
    }
    guard
      let batch = try ONNXSketch.broadcast(
        [Array(left.dropLast(2)), Array(right.dropLast(2))], outline.operation.operation)
    else { return nil }
    return batch + (a.count == 1 ? [] : [left[left.count - 2]]) + (b.count == 1 ? [] : [right[right.count - 1]])
  }

  /// The shape of a sum over named axes, where the equation says it; axes under an ellipsis are not followed.
  private static let einsumShape: Shape = { outline in
    let equation = try outline.operation.text("equation", default: "").filter { $0 != " " }
    let halves = equation.split(separator: ">", omittingEmptySubsequences: false)
    guard halves.count == 2, halves[0].last == "-", !equation.contains(".") else { return nil }
    let terms = halves[0].dropLast().split(separator: ",", omittingEmptySubsequences: false)
    var lengths: [Character: Int] = [:]
    for (number, term) in terms.enumerated() {
      guard let shape = outline.optional(number)?.shape else { continue }
      for (letter, length) in zip(term, shape) { lengths[letter] = Swift.max(lengths[letter] ?? -1, length) }
    }
    return halves[1].map { lengths[$0] ?? -1 }
  }
}
