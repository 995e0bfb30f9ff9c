internal import VitroCore

/// Gives vectors that are known up to their sign the one sign of the house: the component of largest magnitude is positive; of
/// several that are equal up to rounding, the first.
///
/// - Parameters:
///   - rows: Matrices `[… , k, n]` whose rows are such vectors, made by the caller.
///   - columns: Matrices `[… , m, k]` whose columns change sign with the rows.
func orientRows(of rows: Tensor, with columns: Tensor? = nil) {
  if rows.count == 0 { return }
  switch rows.dtype {
  case .float64: orient(rows, columns, Double.self)
  default: orient(rows, columns, Float.self)
  }
}

private func orient<Real: BinaryFloatingPoint>(_ rows: Tensor, _ columns: Tensor?, _: Real.Type) {
  let (vectors, length) = (rows.shape[rows.rank - 2], rows.shape[rows.rank - 1])
  let height = columns.map { $0.shape[$0.rank - 2] } ?? 0
  withMemory(rows, columns ?? rows) { rowMemory, columnMemory in
    let all = rowMemory.assumingMemoryBound(to: Real.self)
    let partners = columnMemory.assumingMemoryBound(to: Real.self)
    for index in 0..<rows.count / length {
      let row = all + index * length
      guard row[leadingIndex(length) { Swift.abs(row[$0]) }] < 0 else { continue }
      for i in 0..<length { row[i].negate() }
      let column = partners + index / vectors * height * vectors + index % vectors
      for i in 0..<height { column[i * vectors].negate() }
    }
  }
}

/// The first index whose magnitude is the largest, up to rounding.
func leadingIndex<Real: BinaryFloatingPoint>(_ count: Int, _ magnitude: (Int) -> Real) -> Int {
  var largest = Real.zero
  for i in 0..<count { largest = Swift.max(largest, magnitude(i)) }
  let threshold = largest * (1 - 64 * Real.ulpOfOne)
  return (0..<count).first { magnitude($0) >= threshold } ?? 0
}
