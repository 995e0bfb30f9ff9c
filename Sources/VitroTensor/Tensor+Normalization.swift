internal import CVitroKernels
internal import VitroCore

/// Normalizations without their affine part, which is a product and a sum outside. float32 and float64; differentiable.
extension Tensor {
  /// Rows of the last axis to mean 0 and variance 1: (x − mean)/√(variance + ε) (LayerNorm; Ba et al., 2016).
  ///
  /// - Returns: The normalized tensor, and the factor 1/√(variance + ε) of each row, with the last axis at length 1; the factor
  ///   carries no gradient.
  public func layerNormalized(epsilon: Double = 1e-5) throws -> (values: Tensor, scale: Tensor) {
    try rowNormalized(centered: true, epsilon, "layerNormalized")
  }

  /// Rows of the last axis to mean square 1: x/√(mean(x²) + ε) (RMSNorm; Zhang & Sennrich, 2019).
  public func rmsNormalized(epsilon: Double = 1e-5) throws -> (values: Tensor, scale: Tensor) {
    try rowNormalized(centered: false, epsilon, "rmsNormalized")
  }

  /// Channels (axis 1) to mean 0 and variance 1 over all other axes (BatchNorm in training; Ioffe & Szegedy, 2015).
  ///
  /// - Returns: The normalized tensor, and each channel's mean and biased variance, which carry no gradient.
  /// - Throws: ``/VitroCore/VitroError`` when there are fewer than two axes.
  public func batchNormalized(
    epsilon: Double = 1e-5
  ) throws -> (values: Tensor, mean: Tensor, variance: Tensor) {
    try requireComputing("batchNormalized")
    let (outer, channels, inner) = try channelLayout("batchNormalized")
    let mean = try Tensor(uninitialized: [channels], dtype)
    let variance = try Tensor(uninitialized: [channels], dtype)
    withMemory(self, mean, variance) {
      vitro_channel_moments(dtype.kernel, $0, $1, $2, Int64(outer), Int64(channels), Int64(inner))
    }
    let scale = try variance.affine(1, epsilon).rsqrt()
    let result = try Tensor(uninitialized: shape, dtype)
    withMemory(self, mean, scale, result) {
      vitro_normalize_channels(dtype.kernel, $0, $1, $2, $3, Int64(outer), Int64(channels), Int64(inner))
    }
    let values = try result.recorded(from: self, ChannelNormalizeOperation(y: result, scale: scale))
    return (values, mean, variance)
  }

  /// The axes before, at and after the channel axis 1.
  func channelLayout(_ operation: String) throws -> (outer: Int, channels: Int, inner: Int) {
    guard rank >= 2 else {
      throw VitroError(.shape, operation, "the tensor is \(shape), expected [batch, channels, …]")
    }
    return (shape[0], shape[1], Array(shape[2...]).product)
  }

  private func rowNormalized(
    centered: Bool, _ epsilon: Double, _ name: String
  ) throws -> (values: Tensor, scale: Tensor) {
    try requireComputing(name)
    guard rank >= 1 else { throw VitroError(.shape, name, "a scalar has no rows") }
    let statistics = shape.dropLast() + [1]
    let mean = try Tensor(uninitialized: Array(statistics), dtype)
    let scale = try Tensor(uninitialized: Array(statistics), dtype)
    let result = try Tensor(uninitialized: shape, dtype)
    let length = shape[rank - 1]
    withMemory(self, result, mean, scale) {
      vitro_normalize_rows(dtype.kernel, centered, epsilon, $0, $1, $2, $3, Int64(scale.count), Int64(length))
    }
    let values = try result.recorded(
      from: self, RowNormalizeOperation(y: result, scale: scale, centered: centered))
    return (values, scale)
  }
}

struct RowNormalizeOperation: SingleOutputOperation {
  let y, scale: Tensor
  let centered: Bool

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor(uninitialized: y.shape, y.dtype)
    withMemory(y, scale, gradient, result) {
      vitro_normalize_rows_gradient(
        y.dtype.kernel, centered, $0, $1, $2, $3, Int64(scale.count), Int64(y.shape[y.rank - 1]))
    }
    return [result]
  }
}

struct ChannelNormalizeOperation: SingleOutputOperation {
  let y, scale: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let (outer, channels, inner) = try y.channelLayout("batchNormalized")
    let result = try Tensor(uninitialized: y.shape, y.dtype)
    withMemory(y, scale, gradient, result) {
      vitro_normalize_channels_gradient(
        y.dtype.kernel, $0, $1, $2, $3, Int64(outer), Int64(channels), Int64(inner))
    }
    return [result]
  }
}
