internal import CVitroKernels
internal import VitroCore

/// An orthonormal basis of the functions on a group, simple by simple.
///
/// The first columns of ``columns`` span the copies of the first simple, and so on. For a cyclic group it is the real Fourier basis up to
/// phase, two columns a frequency.
public struct SimpleBasis: Sendable {
  /// The number of elements, N.
  public let order: Int
  /// Q, `[N, N]`: Q·Qᵀ = 1.
  public let columns: [Double]
  /// Which columns belong to each simple.
  public let ranges: [Range<Int>]

  /// Makes the basis by a Cholesky decomposition of each simple's projector, the largest remainder first.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`numerical`) when a projector has not the rank of its simple, which is to say that characters
  ///   and table do not fit.
  /// - Complexity: O(N³).
  public init(_ task: CompositionTask) throws {
    let n = task.order
    order = n
    var basis = [[Double]]()
    var ranges = [Range<Int>]()
    for simple in task.simples {
      let factor = simple.projectorFactor(order: n)
      func entry(_ g: Int, _ h: Int) -> Double { factor * simple.values[task.product(g, task.inverse(h))] }
      let start = basis.count
      var remainder = (0..<n).map { entry($0, $0) }
      for _ in 0..<simple.multiplicity {
        let pivot = remainder.indices.max { remainder[$0] < remainder[$1] } ?? 0
        guard remainder[pivot] > 1e-8 / Double(n) else { throw Self.misfit(task, simple) }
        var column = (0..<n).map { entry($0, pivot) }
        for other in basis[start...] {
          let amount = other[pivot]
          for g in 0..<n { column[g] -= amount * other[g] }
        }
        let scale = 1 / remainder[pivot].squareRoot()
        for g in 0..<n {
          column[g] *= scale
          remainder[g] -= column[g] * column[g]
        }
        basis.append(column)
      }
      guard remainder.allSatisfy({ abs($0) < 1e-8 }) else { throw Self.misfit(task, simple) }
      ranges.append(start..<basis.count)
    }
    guard basis.count == n else {
      throw VitroError(.numerical, "the simples of \(task.name)", "they fill \(basis.count) of \(n) dimensions")
    }
    columns = (0..<n * n).map { basis[$0 % n][$0 / n] }
    self.ranges = ranges
  }

  private static func misfit(_ task: CompositionTask, _ simple: CompositionTask.Simple) -> VitroError {
    VitroError(
      .numerical, "the simples of \(task.name)",
      "the projector of \(simple.name) has not rank \(simple.multiplicity): its character does not fit the table")
  }

  /// Qᵀ·M for M `[N, width]`: the coefficients of `width` functions.
  func coefficients(_ functions: [Double], width: Int) -> [Double] {
    multiply(columns, functions, rows: order, inner: order, columns: width, transposeA: true)
  }

  /// The projection of functions `[N, width]` onto simples.
  func project(_ functions: [Double], width: Int, onto simples: some Sequence<Int>) -> [Double] {
    let coefficients = coefficients(functions, width: width)
    var kept = [Double](repeating: 0, count: coefficients.count)
    for simple in simples {
      for index in ranges[simple].lowerBound * width..<ranges[simple].upperBound * width {
        kept[index] = coefficients[index]
      }
    }
    return multiply(columns, kept, rows: order, inner: order, columns: width)
  }

  /// ‖P_K m‖² of every simple K and every column m of M: `[simples][width]`.
  func energies(_ functions: [Double], width: Int) -> [[Double]] {
    let coefficients = coefficients(functions, width: width)
    return ranges.map { range in
      var sums = [Double](repeating: 0, count: width)
      for row in range {
        for column in 0..<width {
          let value = coefficients[row * width + column]
          sums[column] += value * value
        }
      }
      return sums
    }
  }

  /// The energies of a function on pairs, `[N, N]`, in K ⊠ L: `[simples][simples]`.
  func pairEnergies(_ function: [Double]) -> [[Double]] {
    let half = multiply(columns, function, rows: order, inner: order, columns: order, transposeA: true)
    let whole = multiply(half, columns, rows: order, inner: order, columns: order)
    return ranges.map { rows in
      ranges.map { columns in
        var sum = 0.0
        for row in rows {
          for column in columns {
            let value = whole[row * order + column]
            sum += value * value
          }
        }
        return sum
      }
    }
  }
}

/// op(A)·op(B) of row-major matrices, `[rows, inner]·[inner, columns]`.
func multiply(
  _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int, transposeA: Bool = false, transposeB: Bool = false
) -> [Double] {
  var result = [Double](repeating: 0, count: rows * columns)
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      let left = vitro_matrix(
        data: a.baseAddress, leading: Int64(transposeA ? rows : inner), batch_stride: 0, batch_offsets: nil,
        transposed: transposeA)
      let right = vitro_matrix(
        data: b.baseAddress, leading: Int64(transposeB ? inner : columns), batch_stride: 0, batch_offsets: nil,
        transposed: transposeB)
      vitro_matmul(
        vitro_float64, 1, Int64(rows), Int64(columns), Int64(inner), 1, left, right, 0, &result, Int64(columns), 0)
    }
  }
  return result
}
