internal import VitroCore
internal import VitroTensor

extension Initialization {
  /// Draws all parameters.
  ///
  /// A network without an instance axis gets what instance 0 would get.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when an override's pattern fits no parameter, or a rule does not fit a parameter's shape.
  public func fill(_ parameters: inout Parameters, seed: UInt64) throws {
    for override in overrides where !parameters.names.contains(where: { $0.matches(pattern: override.pattern) }) {
      throw VitroError.unknownName(
        override.pattern, kind: "parameter", known: parameters.names, operation: "initializing parameters")
    }
    for number in parameters.entries.indices {
      let entry = parameters.entries[number]
      let draws = try (0..<(parameters.instances ?? 1)).map { instance in
        var stream = RandomStream(seed: seed, "initialize \(entry.name)", instance)
        do {
          return try draw(entry, parameters.dtype, &stream)
        } catch var error as VitroError {
          error.operation = "initializing '\(entry.name)' (\(error.operation))"
          throw error
        }
      }
      try parameters.set(number, to: parameters.instances == nil ? draws[0] : .stack(draws))
    }
  }

  private func draw(_ entry: Parameters.Entry, _ dtype: DType, _ stream: inout RandomStream) throws -> Tensor {
    let spec = entry.spec
    if let override = overrides.last(where: { entry.name.matches(pattern: $0.pattern) }) {
      return try override.rule.draw(spec, dtype, &stream)
    }
    switch spec.role {
    case .gain, .runningVariance: return try .ones(spec.shape, dtype: dtype)
    case .shift, .runningMean, .constant: return try .zeros(spec.shape, dtype: dtype)
    case .weight, .attentionWeight, .recurrentInput, .recurrentWeight:
      return try (weights ?? schemeRule(spec)).draw(spec, dtype, &stream)
    case .bias where weights != nil, .recurrentBias where weights != nil:
      return try .zeros(spec.shape, dtype: dtype)
    case .recurrentBias where scheme == .keras: return try forgetBias(entry, dtype)
    case .bias, .recurrentBias, .embedding: return try schemeRule(spec).draw(spec, dtype, &stream)
    }
  }

  private func schemeRule(_ spec: ParameterSpec) -> Rule {
    switch (scheme, spec.role) {
    case (.pytorch, .embedding): return .normal(1)
    case (.pytorch, .attentionWeight): return .xavierUniform()
    case (.pytorch, _):
      let bound = spec.fanIn > 0 ? 1 / Double(spec.fanIn).squareRoot() : 0
      return .uniform(-bound, bound)
    case (.keras, .embedding): return .uniform(-0.05, 0.05)
    case (.keras, .recurrentWeight): return .orthogonal()
    case (.keras, .bias), (.keras, .recurrentBias): return .zeros
    case (.keras, _): return .xavierUniform()
    }
  }

  /// Zeros, but for the forget gates of an LSTM, whose first bias is 1 and second 0 (Jozefowicz et al., 2015).
  private func forgetBias(_ entry: Parameters.Entry, _ dtype: DType) throws -> Tensor {
    let (count, width) = (entry.spec.shape[0], entry.spec.fanIn)
    guard count == 4 * width, entry.name.hasSuffix("bias_ih_l0") else { return try .zeros([count], dtype: dtype) }
    return try .concatenate([
      .zeros([width], dtype: dtype), .ones([width], dtype: dtype), .zeros([2 * width], dtype: dtype),
    ])
  }
}

extension Initialization.Rule {
  func draw(_ spec: ParameterSpec, _ dtype: DType, _ stream: inout RandomStream) throws -> Tensor {
    let shape = spec.shape
    let (fanIn, fanOut) = spec.matrixFans
    func uniform(_ variance: Double) throws -> Tensor {
      let bound = (3 * variance).squareRoot()
      return try stream.uniform(shape, low: -bound, high: bound, dtype: dtype)
    }
    func normal(_ variance: Double) throws -> Tensor {
      try stream.normal(shape, deviation: variance.squareRoot(), dtype: dtype)
    }
    let first = values.first ?? 1
    switch kind {
    case .constant: return try .full(shape, first, dtype: dtype)
    case .uniform:
      return try stream.uniform(shape, low: first, high: values.count > 1 ? values[1] : -first, dtype: dtype)
    case .normal: return try stream.normal(shape, deviation: first, dtype: dtype)
    case .truncatedNormal:
      return try stream.truncatedNormal(shape, deviation: first, low: -2 * first, high: 2 * first, dtype: dtype)
    case .xavierUniform: return try uniform(first * first * 2 / (fanIn + fanOut))
    case .xavierNormal: return try normal(first * first * 2 / (fanIn + fanOut))
    case .kaimingUniform: return try uniform(first * first / fanIn)
    case .kaimingNormal: return try normal(first * first / fanIn)
    case .lecunUniform: return try uniform(1 / fanIn)
    case .lecunNormal: return try normal(1 / fanIn)
    case .orthogonal: return try orthogonal(shape, dtype, gain: first, &stream)
    case .identity: return try identity(shape, dtype)
    }
  }

  private func orthogonal(
    _ shape: [Int], _ dtype: DType, gain: Double, _ stream: inout RandomStream
  ) throws -> Tensor {
    guard shape.count >= 2 else {
      throw VitroError(.shape, "orthogonal", "the parameter is \(shape), expected at least two axes")
    }
    let rows = shape[0]
    let columns = shape.dropFirst().reduce(1, *)
    let (count, length) = (Swift.min(rows, columns), Swift.max(rows, columns))
    let vectors = OrthonormalRows(try stream.normal([count, length], dtype: .float64).doubles, count, length).values
    let matrix = try Tensor(vectors, shape: [count, length])
    let oriented = rows < columns || rows == columns ? matrix : try matrix.transposed()
    return try (oriented * gain).cast(to: dtype).reshaped(shape)
  }

  private func identity(_ shape: [Int], _ dtype: DType) throws -> Tensor {
    guard shape.count >= 2 else {
      throw VitroError(.shape, "identity", "the parameter is \(shape), expected at least two axes")
    }
    let field = shape.dropFirst(2).reduce(1, *)
    var middle = 0
    for length in shape.dropFirst(2) { middle = middle * length + length / 2 }
    var values = [Double](repeating: 0, count: shape.reduce(1, *))
    for index in 0..<Swift.min(shape[0], shape[1]) where field > 0 {
      values[(index * shape[1] + index) * field + middle] = 1
    }
    return try Tensor(values, shape: shape).cast(to: dtype)
  }
}

extension ParameterSpec {
  /// The fans of the array itself; recurrent and attention layers declare others, which only PyTorch's own bounds use.
  fileprivate var matrixFans: (fanIn: Double, fanOut: Double) {
    switch role {
    case .recurrentInput, .recurrentWeight, .embedding: (Double(Swift.max(shape[1], 1)), Double(shape[0]))
    default: (Double(Swift.max(fanIn, 1)), Double(fanOut))
    }
  }
}

/// Rows made orthonormal by Gram–Schmidt, twice for accuracy (Giraud et al., 2005).
private struct OrthonormalRows {
  private(set) var values: [Double]

  init(_ start: [Double], _ count: Int, _ length: Int) {
    values = start
    values.withUnsafeMutableBufferPointer { values in
      func dot(_ a: Int, _ b: Int) -> Double {
        var sum = 0.0
        for i in 0..<length { sum += values[a * length + i] * values[b * length + i] }
        return sum
      }
      for row in 0..<count {
        for _ in 0..<2 {
          for other in 0..<row {
            let projection = dot(row, other)
            for i in 0..<length { values[row * length + i] -= projection * values[other * length + i] }
          }
        }
        let scale = 1 / dot(row, row).squareRoot()
        for i in 0..<length { values[row * length + i] *= scale }
      }
    }
  }
}
