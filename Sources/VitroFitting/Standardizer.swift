internal import CVitroKernels
internal import VitroCore
public import VitroTensor

/// Column means and scales: `(x − mean) / scale` has mean 0 and variance 1 in every column that varies.
///
/// The variance is divided by the number of rows (or the sum of weights), as in scikit-learn's `StandardScaler`. A column
/// that does not vary beyond rounding gets the scale 1.
///
/// ```swift
/// let standardizer = try Standardizer(fitting: x)
/// let standardized = try standardizer(x)  // every column has mean 0 and variance 1
/// ```
public struct Standardizer: Sendable, Hashable, Codable {
  /// The mean of each feature.
  public var mean: [Double]
  /// The standard deviation of each feature, 1 where it does not vary.
  public var scale: [Double]

  /// Makes a standardizer of known means and scales.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the counts differ or a scale is not a positive number.
  public init(mean: [Double], scale: [Double]) throws {
    guard mean.count == scale.count else {
      throw VitroError(.shape, "Standardizer", "there are \(mean.count) means and \(scale.count) scales")
    }
    guard mean.allSatisfy(\.isFinite), scale.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw VitroError(.argument, "Standardizer", "means must be finite and scales positive")
    }
    self.mean = mean
    self.scale = scale
  }

  /// Measures the columns of `x` `[rows, features]`, each row counting by its weight.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a feature is NaN or infinite (its row and column are named), there are no rows, or the
  ///   weights do not fit.
  /// - Complexity: One pass over `x`, summed in double precision.
  public init(fitting x: Tensor, weights: [Double]? = nil) throws {
    try Checks.features(x, "Standardizer")
    try Checks.weights(weights, rows: x.shape[0], "Standardizer")
    let (rows, features) = (x.shape[0], x.shape[1])
    var mean = [Double](repeating: 0, count: features)
    var variance = mean
    let total = x.raw.withBytes { bytes in
      vitro_column_moments(
        x.dtype.kernel, bytes.baseAddress, Int64(rows), Int64(features), weights, &mean, &variance)
    }
    guard !total.isNaN else { throw VitroError(.memory, "Standardizer", "there is no memory for the sums") }
    if let column = mean.indices.first(where: { !mean[$0].isFinite || !variance[$0].isFinite }) {
      throw try Self.notFinite(x, column: column)
    }
    let precision = x.dtype == .float32 ? Double(Float.ulpOfOne) : Double.ulpOfOne
    self.mean = mean
    scale = zip(mean, variance).map { mean, variance in
      let rounding = Double(rows) * precision * mean
      return variance <= Double(rows) * Double.ulpOfOne * variance + rounding * rounding || variance == 0
        ? 1 : variance.squareRoot()
    }
  }

  /// The standardized rows, of the type of `x`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when `x` has another number of features.
  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    guard x.shape.last == mean.count else {
      throw VitroError(.shape, "Standardizer", "the features are \(x.shape), the standardizer knows \(mean.count)")
    }
    let shift = try Tensor(mean).cast(to: x.dtype)
    return try (x - shift) / Tensor(scale).cast(to: x.dtype)
  }

  private static func notFinite(_ x: Tensor, column: Int) throws -> VitroError {
    let values = try x.slice(axis: 1, column..<column + 1).doubles
    let row = values.firstIndex { !$0.isFinite }
    guard let row else {
      return VitroError(.numerical, "fitting", "feature \(column) is so large that its variance overflows")
    }
    return VitroError(
      .argument, "fitting", "feature \(column) of row \(row) is \(values[row])",
      hint: "Leave such rows out before fitting.", details: ["row": "\(row)", "feature": "\(column)"])
  }
}

extension DType {
  var kernel: vitro_dtype { self == .float64 ? vitro_float64 : vitro_float32 }
}
