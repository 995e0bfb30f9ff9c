internal import Foundation

extension CompositionAnalysis {
  /// Losses over all pairs, with only the key simples' part at a·b, and, over the training pairs, without it.
  ///
  /// With an unembedding the part is taken in the hidden layer (Chughtai et al.); without one in the logits themselves, whose mean over the
  /// pairs is added back to what is kept (Nanda et al.).
  func losses(
    _ hiddenByProduct: [Double], key: [Int]
  ) -> (
    loss: Double, accuracy: Double, restricted: Double, excluded: Double
  ) {
    let n = order
    let part: [Double]  // [N, N]: what the key simples give to the logits, by product.
    var base = [Double](repeating: 0, count: n)
    if let unembed {
      part = multiply(
        basis.project(hiddenByProduct, width: width, onto: key), unembed.map(Double.init), rows: n, inner: width,
        columns: n)
    } else {
      let byProduct = means(logits, columns: n).product
      part = basis.project(byProduct, width: n, onto: key)
      for c in 0..<n { base[c] = (0..<n).reduce(0) { $0 + byProduct[$1 * n + c] } / Double(n) }
    }
    let isTrained = trainingPairs.map { pairs in
      var marks = [Bool](repeating: false, count: n * n)
      for pair in pairs { marks[pair] = true }
      return marks
    }
    var (loss, right, restricted, excluded, trained) = (0.0, 0, 0.0, 0.0, 0)
    var (row, kept) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    // What is kept depends on the product alone.
    let restrictedByProduct = (0..<n).map { product in
      for c in 0..<n { kept[c] = base[c] + part[product * n + c] }
      return Self.crossEntropy(kept, product)
    }
    for pair in 0..<n * n {
      let product = Int(task.products[pair])
      for c in 0..<n { row[c] = Double(logits[pair * n + c]) }
      loss += Self.crossEntropy(row, product)
      if row.indices.max(by: { row[$0] < row[$1] }) == product { right += 1 }
      restricted += restrictedByProduct[product]
      guard isTrained?[pair] ?? true else { continue }
      for c in 0..<n { row[c] -= part[product * n + c] }
      excluded += Self.crossEntropy(row, product)
      trained += 1
    }
    let pairs = Double(n * n)
    return (loss / pairs, Double(right) / pairs, restricted / pairs, excluded / Double(max(trained, 1)))
  }

  /// −log softmax at the answer, as log(1 + Σ exp(other − answer)) where that keeps digits.
  static func crossEntropy(_ logits: [Double], _ answer: Int) -> Double {
    var largest = -Double.infinity
    for value in logits where value > largest { largest = value }
    let behind = largest - logits[answer]
    var others = 0.0
    for (c, value) in logits.enumerated() where c != answer { others += exp(value - largest) }
    return behind < 60 ? log1p(others / exp(-behind)) : behind + log(others)
  }
}
