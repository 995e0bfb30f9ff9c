internal import VitroCore
public import VitroNetworks
public import VitroTensor

/// A linear subspace of a value's features, and the projection that takes it out: `x′ = x − BᵀB(x − μ)`.
///
/// The rows of B are an orthonormal basis of what the given rows W span, so that BᵀB = Wᵀ(WWᵀ)⁺W. After the projection W·x′ is W·μ for every x: a
/// probe with the weights W has nothing left to tell examples apart by. Values of any rank are flattened and put back.
///
/// ```swift
/// let subspace = try DirectionSubspace(
///   spannedBy: fit.model.weights, mean: standardizer.mean, scale: standardizer.scale)
/// let blinded = try network.run([images], editing: ["relu3": subspace.removal]).output
/// ```
public struct DirectionSubspace: Sendable {
  /// B, `[rank, width]` float64 with orthonormal rows.
  public let basis: Tensor
  /// μ, `[1, width]` float64.
  let mean: Tensor

  /// The number of dimensions.
  public var rank: Int { basis.shape[0] }
  /// The number of features.
  public var width: Int { basis.shape[1] }

  /// The singular value, relative to the largest, below which a direction counts as rounding.
  public static let tolerance = 1e-6

  /// The subspace that rows span.
  ///
  /// The rank is decided in standardized coordinates, `W·diag(scale)`, where the features have one unit: a singular value below
  /// ``tolerance`` of the largest is rounding. The basis is then found in raw coordinates from as many combinations of the rows.
  ///
  /// - Parameters:
  ///   - rows: W, `[rows, width]`.
  ///   - mean: μ, where the projection leaves a value alone.
  ///   - scale: The standard deviation of each feature.
  /// - Throws: ``/VitroCore/VitroError``: `shape` when counts differ, `argument` for numbers that are not finite.
  /// - Complexity: O(rows² · width).
  public init(spannedBy rows: Tensor, mean: [Double], scale: [Double]) throws {
    guard rows.rank == 2, rows.shape[1] == mean.count, scale.count == mean.count, !mean.isEmpty else {
      throw VitroError(
        .shape, "subspace", "the rows are \(rows.shape), with \(mean.count) means and \(scale.count) scales",
        hint: "Expected [rows, width] and width of each.")
    }
    let rows = try rows.detached.cast(to: .float64)
    guard rows.isFinite, mean.allSatisfy(\.isFinite), scale.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw VitroError(.argument, "subspace", "rows and means must be finite, scales positive")
    }
    self.mean = try Tensor(mean, shape: [1, mean.count])
    let (u, s, _) = try (rows * Tensor(scale, shape: [1, scale.count])).svd()
    let rank = try Self.count(of: s, above: Self.tolerance)
    guard rank > 0 else {
      basis = try .zeros([0, mean.count], dtype: .float64)
      return
    }
    let spanning = try u.slice(axis: 1, 0..<rank).matmul(rows, transposeA: true)
    let lengths = try spanning.norm(axes: [1], keepingAxes: true)
    let (_, values, vh) = try (spanning / lengths).svd()
    // Features of very different scales can make independent rows all but parallel in raw coordinates.
    basis = try vh.slice(0..<Self.count(of: values, above: 1e-12))
  }

  private static func count(of descending: Tensor, above fraction: Double) throws -> Int {
    let values = try descending.doubles
    guard let largest = values.first, largest > 0 else { return 0 }
    return values.count { $0 > fraction * largest }
  }

  /// The values without the subspace, in their shape and type.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when an example has another number of features.
  /// - Complexity: O(examples · width · rank), in the type of the value.
  public func removing(from value: Tensor) throws -> Tensor {
    let rows = try Self.rows(of: value)
    guard rows.shape[1] == width, value.dtype.isComputing else {
      throw VitroError(
        .shape, "removing directions", "the value is \(value.dtype) \(value.shape), expected \(width) features of float"
      )
    }
    guard rank > 0 else { return value }
    let lying = try coordinates(of: rows).matmul(basis.cast(to: value.dtype))
    return try value - lying.reshaped(value.shape)
  }

  /// B(x − μ), `[examples, rank]`, in the type of the rows.
  func coordinates(of rows: Tensor) throws -> Tensor { try Self.coordinates(of: rows, along: basis, from: mean) }

  /// D(x − μ) for directions `[directions, width]` and μ `[1, width]` in float64, in the type of the rows, which are not copied.
  static func coordinates(of rows: Tensor, along directions: Tensor, from mean: Tensor) throws -> Tensor {
    let origin = try mean.matmul(directions, transposeB: true).cast(to: rows.dtype)
    return try rows.matmul(directions.cast(to: rows.dtype), transposeB: true) - origin
  }

  /// The projection as an edit of a tap.
  public var removal: TapEdit { .transform { try removing(from: $0) } }

  /// A value `[examples, …]` as `[examples, features]`.
  static func rows(of value: Tensor) throws -> Tensor {
    guard value.rank >= 1 else { throw VitroError(.shape, "directions", "the value is a single number") }
    return try value.rank == 1 ? value.expandingAxis(1) : value.flattened(from: 1)
  }
}
