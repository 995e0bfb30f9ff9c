internal import VitroCore
public import VitroTensor

extension Decomposition {
  /// The generalized Fourier transform: the coefficients of signals in the basis of simples.
  ///
  /// f̂ = f·B for orthonormal B, so energies are kept: ‖f̂‖ = ‖f‖.
  ///
  /// - Parameter signals: `[… , points]`.
  /// - Returns: `[… , points]`, float64; columns go through the parts, their copies, their basis vectors.
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when the last axis is not the set's points.
  public func fourierTransform(_ signals: Tensor) throws -> Tensor {
    try checkPoints(signals)
    return try signals.cast(to: .float64).matmul(basis())
  }

  /// The signals with given coefficients.
  ///
  /// - Parameter coefficients: `[… , points]`, as ``fourierTransform(_:)`` gives them.
  public func inverseFourierTransform(_ coefficients: Tensor) throws -> Tensor {
    try checkPoints(coefficients)
    return try coefficients.cast(to: .float64).matmul(basis().transposed())
  }

  /// The part of signals in one isotypic part: `f·P_L`, `[… , points]`.
  public func projection(_ signals: Tensor, to part: Part) throws -> Tensor {
    try checkPoints(signals)
    let basis = try part.basis()
    return try signals.cast(to: .float64).matmul(basis).matmul(basis.transposed())
  }

  /// The mean squared norm of signals in each part.
  ///
  /// - Parameter signals: `[… , points]`.
  /// - Returns: A number for each of ``parts``; they sum to the mean squared norm of the signals.
  public func energies(_ signals: Tensor) throws -> [Double] {
    let coefficients = try fourierTransform(signals)
    let count = coefficients.count / set.count
    let squares = try (coefficients * coefficients).reshaped([count, set.count]).mean(axes: [0]).doubles
    var start = 0
    return parts.map { part in
      let width = part.multiplicity * simple(part).dimension
      defer { start += width }
      return squares[start..<start + width].reduce(0, +)
    }
  }

  private func checkPoints(_ signals: Tensor) throws {
    guard signals.shape.last == set.count else {
      throw VitroError(
        .shape, "the Fourier transform on \(set.name)", "the signals are \(signals.shape), expected [… , \(set.count)]",
        details: ["found": "\(signals.shape)", "expected": "[… , \(set.count)]"])
    }
  }
}
