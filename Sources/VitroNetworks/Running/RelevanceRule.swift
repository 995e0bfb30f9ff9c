internal import VitroCore
internal import VitroTensor

/// How relevance goes back through a network in a linearized run: values as in inference, gradients such that vector ⊙ gradient is relevance.
///
/// Layer-wise relevance propagation (Bach et al., 2015) hands a score T back from layer to layer; in the form that needs one backward pass (Achtibat et al., *AttnLRP*,
/// 2024) every layer is replaced by the linear map that it is at this input, and `R = x ⊙ ∂T/∂x` at every tap. The rules:
///
/// - sums with weights, `z = Wx + b`: gradients at z times `|z|/(|z| + ε)`, which is the ε-rule; what b adds to z is relevance that b takes;
/// - functions of an element: the slope of the line from (0, f(0)) to (x, f(x)); f(0), where it is not 0, counts as a bias;
/// - normalizations: the scale is held fixed, the mean is subtracted as the linear map that it is;
/// - attention: the pattern is held fixed, so that relevance goes through values alone;
/// - recurrent gates: held fixed, all goes to the signal (Arras et al., 2017);
/// - products: equal parts to all factors that depend on the input, also where one of them is a gate (AttnLRP's rule for gated layers);
/// - maxima: all to what is largest.
struct RelevanceRule {
  /// What stabilizes sums, relative to nothing: it is added to |z|.
  let epsilon: Double

  /// The ε-rule at a sum.
  func sum(_ z: Tensor) throws -> Tensor {
    epsilon == 0 ? z : try z.routingGradient(to: z, times: share(of: z))
  }

  /// |z|/(|z| + ε).
  private func share(of z: Tensor) throws -> Tensor {
    let size = try z.detached.abs()
    return try size / (size + epsilon)
  }

  /// A function of each element, by its slope from the origin.
  func function(_ x: Tensor, _ body: (Tensor) throws -> Tensor) throws -> Tensor {
    let (value, slope) = try line(x.detached, body)
    return try value.routingGradient(to: x, times: slope)
  }

  /// The value at x, and (f(x) − f(0))/x; near 0, where rounding would decide, the slope there.
  private func line(_ x: Tensor, _ body: (Tensor) throws -> Tensor) throws -> (value: Tensor, slope: Tensor) {
    let value = try body(x)
    let near = x.dtype == .float64 ? 1e-8 : 3e-4
    let origin = try body(.zeros([], dtype: x.dtype))
    let rise = try body(.full([], near, dtype: x.dtype)) - body(.full([], -near, dtype: x.dtype))
    let slope = try x.abs().isLess(than: near).select(rise / (2 * near), (value - origin) / x)
    return (value, slope)
  }

  /// Factors whose product hands each an equal part.
  func factors(_ values: [Tensor]) throws -> [Tensor] {
    let varying = values.count { $0.isTracked }
    guard varying > 1 else { return values }
    return try values.map { value in
      try value.routingGradient(to: value, times: .full([], 1 / Double(varying), dtype: value.dtype))
    }
  }

  /// A normalization: `scale` is held fixed.
  func normalized(_ x: Tensor, centered: Bool, epsilon: Double) throws -> Tensor {
    let still = x.detached
    let (values, scale) =
      centered ? try still.layerNormalized(epsilon: epsilon) : try still.rmsNormalized(epsilon: epsilon)
    let source = centered ? try x - x.mean(axes: [-1], keepingAxes: true) : x
    return try values.routingGradient(to: source, times: scale)
  }

  // MARK: - Recurrent cells

  /// An LSTM's step: `c′ = f·c + i·g`, `h = o·tanh(c′)` with gates i, f, o held fixed, the ε-rule at g's sum and at c′.
  func lstmCell(_ gates: Tensor, cell: Tensor) throws -> (hidden: Tensor, cell: Tensor) {
    let width = cell.shape[cell.rank - 1]
    let values = try gates.detached.lstmCell(cell: cell.detached)
    let parts = try gates.split(axis: -1, lengths: [width, width, width, width])
    let (input, forget, output) = try (
      parts[0].detached.sigmoid(), parts[1].detached.sigmoid(), parts[3].detached.sigmoid()
    )
    let signal = try function(sum(parts[2])) { try $0.tanh() }
    let next = try values.cell.routingGradient(to: forget * cell + input * signal, times: share(of: values.cell))
    let slope = try line(values.cell) { try $0.tanh() }.slope
    return (try values.hidden.routingGradient(to: next, times: output * slope), next)
  }

  /// A GRU's step: `n = tanh(x + r·hh)`, `h′ = (1 − z)·n + z·h` with gates r, z held fixed, the ε-rule at n's sum and at h′.
  func gruCell(_ gates: Tensor, recurrent: Tensor, hidden: Tensor) throws -> Tensor {
    let width = hidden.shape[hidden.rank - 1]
    let value = try gates.detached.gruCell(recurrent: recurrent.detached, hidden: hidden.detached)
    let parts = try zip(
      gates.split(axis: -1, lengths: [width, width, width]), recurrent.split(axis: -1, lengths: [width, width, width]))
    let pairs = Array(parts)
    let reset = try (pairs[0].0.detached + pairs[0].1.detached).sigmoid()
    let update = try (pairs[1].0.detached + pairs[1].1.detached).sigmoid()
    let signal = try function(sum(pairs[2].0 + reset * pairs[2].1)) { try $0.tanh() }
    return try value.routingGradient(to: (1 - update) * signal + update * hidden, times: share(of: value))
  }
}

extension LayerContext {
  /// The rules of relevance, in a linearized run.
  var relevance: RelevanceRule? {
    guard case .linearized(let epsilon) = mode else { return nil }
    return RelevanceRule(epsilon: epsilon)
  }

  /// A value that a linearized run holds fixed.
  func fixed(_ value: Tensor) -> Tensor { relevance == nil ? value : value.detached }

  /// A sum with weights as it goes on: under the ε-rule in a linearized run.
  func summed(_ z: Tensor) throws -> Tensor { try relevance?.sum(z) ?? z }
}
