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
      let (equation, all) = (try call.operation.text("equation", default: ""), try call.all())
      if all.count > 2 {
        // Pairs are joined one after the other; no value on the way has more than all axes.
        var lengths: [Character: Int] = [:]
        let terms = equation.filter { $0 != " " }.prefix { $0 != "-" }.split(
          separator: ",", omittingEmptySubsequences: false)
        for (term, operand) in zip(terms, all) {
          for (letter, length) in zip(term.filter(\.isLetter), operand.shape) {
            lengths[letter] = Swift.max(lengths[letter] ?? 1, length)
          }
        }
        try call.spend(ONNXSketch.count(Array(lengths.values)))
      }
      return try .einsum(equation, all)
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

  /// The shape of a sum over named axes, where the equation says which axes it has.
  private static let einsumShape: Shape = { outline in
    let equation = Array(try outline.operation.text("equation", default: "").filter { $0 != " " })
    let arrow = equation.firstIndex(of: "-") ?? equation.count
    let terms = equation[..<arrow].split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    guard terms.count == outline.operands.count else {
      throw outline.operation.refusal("it names \(terms.count) operands", code: .argument)
    }
    var lengths: [Character: Int] = [:]
    var hidden: [[Int]?] = []
    for (term, operand) in zip(terms, outline.operands) {
      guard let shape = operand?.shape else { return nil }
      // The axes under an ellipsis stand where it does.
      let start = term.firstIndex(of: ".") ?? term.count
      let letters = term.filter { $0 != "." }
      let count = shape.count - letters.count
      guard count >= 0, count == 0 || start < term.count else {
        throw outline.operation.refusal("'\(String(term))' does not fit \(shape)", code: .shape)
      }
      hidden.append(Array(shape[start..<start + count]))
      for (letter, length) in zip(letters, shape[..<start] + shape[(start + count)...]) {
        lengths[letter] = Swift.max(lengths[letter] ?? -1, length)
      }
    }
    let shared = try ONNXSketch.broadcast(hidden, outline.operation.operation) ?? []
    guard arrow + 1 < equation.count else {
      // Without an arrow the letters that occur once remain, in alphabetic order.
      let letters = terms.joined().filter(\.isLetter)
      let once = Set(letters).filter { letter in letters.count { $0 == letter } == 1 }
      return shared + once.sorted().map { lengths[$0] ?? -1 }
    }
    let output = Array(equation[(arrow + 2)...])
    let start = output.firstIndex(of: ".")
    let parts = output.split(separator: ".", omittingEmptySubsequences: true)
    guard start != nil else { return output.map { lengths[$0] ?? -1 } }
    let before = output[..<(start ?? 0)].map { lengths[$0] ?? -1 }
    let after = (parts.last.map(Array.init) ?? []).map { lengths[$0] ?? -1 }
    return before + shared + (output.last == "." ? [] : after)
  }
}
