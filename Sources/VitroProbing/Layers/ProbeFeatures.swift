internal import VitroCore
internal import VitroFitting
internal import VitroTensor

/// The activations of one value of a network, a row for each example.
struct ProbeFeatures {
  let train, validation, test: Tensor
  /// What leads from the coordinates of ``compressed()`` back: the standardized training rows, and U/√Λ.
  private var basis: (rows: Tensor, combination: Tensor)?

  init(train: Tensor, validation: Tensor, test: Tensor) {
    (self.train, self.validation, self.test) = (train, validation, test)
  }

  /// Whether the columns are centred and scaled already, so that a fit must not do it again.
  var isStandardized: Bool { basis != nil }

  var width: Int { train.shape[1] }

  /// More rows than this are not worth decomposing.
  private static let mostRows = 2048

  /// The same probes with as many features as there are training rows, when there are more.
  ///
  /// The best weights of an L2-penalized fit are combinations of the training rows: w = Xᵀa. With the Gram matrix X·Xᵀ = U·Λ·Uᵀ of the standardized
  /// rows, the coordinates Z = U·√Λ of the training rows and X′·Xᵀ·U/√Λ of any others have the same inner products, so that every fit on them has
  /// the same objective and the same answers as on X. Directions below 10⁻¹⁰ of the largest eigenvalue hold rounding only and are left out.
  ///
  /// - Complexity: O(rows² · width) once, for every strength and label set that is fitted.
  func compressed() throws -> ProbeFeatures {
    let rows = train.shape[0]
    guard width > rows, rows <= Self.mostRows else { return self }
    let standardizer = try Standardizer(fitting: train)
    let parts = try [train, validation, test].map { try standardizer($0) }
    let (values, vectors) = try Self.products(parts[0], parts[0]).symmetricEigen()
    let eigenvalues = try values.doubles
    let largest = eigenvalues.last ?? 0
    guard let first = eigenvalues.firstIndex(where: { $0 > 1e-10 * largest && $0 > 0 }) else { return self }
    let kept = try vectors.slice(axis: 1, first..<rows)
    let roots = try values.slice(first..<rows).sqrt()
    var result = ProbeFeatures(
      train: try (kept * roots).cast(to: .float32),
      validation: try (Self.products(parts[1], parts[0]).matmul(kept) / roots).cast(to: .float32),
      test: try (Self.products(parts[2], parts[0]).matmul(kept) / roots).cast(to: .float32))
    result.basis = (parts[0], try kept / roots)
    return result
  }

  /// A model fitted in the coordinates of ``compressed()``, in those of the raw features: w = X̂ᵀ·U/√Λ·z, the standardization folded in.
  func uncompressed(_ model: LinearModel, _ standardizer: Standardizer) throws -> LinearModel {
    guard let basis else { return model }
    let combined = try model.weights.matmul(basis.combination, transposeB: true)
    let weights = try combined.matmul(basis.rows.cast(to: .float64)) / Tensor(standardizer.scale)
    let shift = try (weights * Tensor(standardizer.mean)).sum(axes: [1])
    return try LinearModel(kind: model.kind, weights: weights, intercepts: model.intercepts - shift)
  }

  /// a·bᵀ in float64, from stretches of columns so that no wide copy is made.
  private static func products(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    var sum = try Tensor.zeros([a.shape[0], b.shape[0]], dtype: .float64)
    for start in stride(from: 0, to: a.shape[1], by: 4096) {
      let columns = start..<min(start + 4096, a.shape[1])
      let left = try a.slice(axis: 1, columns).cast(to: .float64)
      let right = try b.slice(axis: 1, columns).cast(to: .float64)
      sum = try sum + left.matmul(right, transposeB: true)
    }
    return sum
  }
}
