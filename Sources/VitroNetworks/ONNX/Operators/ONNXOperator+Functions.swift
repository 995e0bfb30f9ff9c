internal import VitroCore
internal import VitroTensor

/// Functions of each element.
extension ONNXOperator {
  private typealias Function = @Sendable (Tensor) throws -> Tensor

  static let functions: [String: ONNXOperator] = {
    let plain: [String: Function] = [
      "Sqrt": { try $0.sqrt() }, "Exp": { try $0.exp() }, "Log": { try $0.log() },
      "Reciprocal": { try $0.reciprocal() },
      "Sin": { try $0.sin() }, "Cos": { try $0.cos() }, "Tan": { try $0.tan() },
      "Asin": { try $0.asin() }, "Acos": { try $0.acos() }, "Atan": { try $0.atan() },
      "Sinh": { try $0.sinh() }, "Cosh": { try $0.cosh() }, "Tanh": { try $0.tanh() },
      "Asinh": { x in try x.sign() * (x.abs() + (x.square() + 1).sqrt()).log() },
      "Acosh": { x in try (x + (x.square() - 1).sqrt()).log() },
      "Atanh": { x in try (x.log1p() - x.negated().log1p()) * 0.5 },
      "Sigmoid": { try $0.sigmoid() }, "Erf": { try $0.erf() }, "Floor": { try $0.floor() }, "Ceil": { try $0.ceil() },
      "Round": { try $0.rounded() }, "Softplus": { try $0.softplus() }, "Softsign": { try $0.softsign() },
      "HardSwish": { try $0.hardSwish() }, "Mish": { x in try x * x.softplus().tanh() },
    ]
    var all = plain.mapValues { function in element { try function($0.real(0)) } }
    all.merge(
      [
        "Identity": element { try $0.operand(0).computable() },
        "Relu": element { call in
          let x = try call.operand(0)
          return x.dtype.isFloatingPoint ? try call.real(0).relu() : try x.mapIntegers { Swift.max($0, 0) }
        },
        "Abs": element { call in
          let x = try call.operand(0)
          return x.dtype.isFloatingPoint
            ? try call.real(0).abs() : try x.mapIntegers { Int64(truncatingIfNeeded: $0.magnitude) }
        },
        "Neg": element { call in
          let x = try call.operand(0)
          return x.dtype.isFloatingPoint ? try call.real(0).negated() : try x.mapIntegers { 0 &- $0 }
        },
        "Sign": element { call in
          let x = try call.operand(0)
          return x.dtype.isFloatingPoint ? try call.real(0).sign() : try x.mapIntegers { $0.signum() }
        },
        "Elu": element { try $0.real(0).elu(alpha: $0.operation.real("alpha", default: 1)) },
        "LeakyRelu": element { try $0.real(0).leakyRelu(slope: $0.operation.real("alpha", default: 0.01)) },
        "Celu": element { call in
          let alpha = try call.operation.real("alpha", default: 1)
          return try (call.real(0) / alpha).elu(alpha: 1) * alpha
        },
        "Selu": element { call in
          let alpha = try call.operation.real("alpha", default: 1.6732632423543772)
          return try call.real(0).elu(alpha: alpha) * call.operation.real("gamma", default: 1.0507009873554805)
        },
        "HardSigmoid": element { call in
          let (alpha, beta) = (
            try call.operation.real("alpha", default: 0.2), try call.operation.real("beta", default: 0.5)
          )
          return try call.real(0).affine(alpha, beta).clip(0, 1)
        },
        "ThresholdedRelu": element { call in
          let x = try call.real(0)
          return try x * x.isGreater(than: call.operation.real("alpha", default: 1)).cast(to: x.dtype)
        },
        "Shrink": element { call in
          let (x, bias) = (try call.real(0), try call.operation.real("bias", default: 0))
          let threshold = try call.operation.real("lambd", default: 0.5)
          let zero = try Tensor.full([], 0, dtype: x.dtype)
          return try x.isGreater(than: threshold).select(x - bias, x.isLess(than: -threshold).select(x + bias, zero))
        },
        "Gelu": element { call in
          try call.operation.text("approximate", default: "none") == "tanh"
            ? call.real(0).geluTanh() : call.real(0).gelu()
        },
        "Clip": ONNXOperator(1...3, shape: clipShape) { try clip($0) },
        "IsNaN": ONNXOperator(1...1, type: .fixed(.bool), shape: same) { try $0.real(0).isNaN() },
        "IsInf": ONNXOperator(1...1, type: .fixed(.bool), shape: same) { try isInfinite($0) },
        "Cast": ONNXOperator(1...1, type: .named("to"), shape: same) { call in
          guard let type = try call.operation.elementType("to") else {
            throw call.operation.refusal("it names no type")
          }
          return try call.operand(0).cast(toCode: call.operation.integer("to"), type)
        },
        "CastLike": ONNXOperator(2...2, type: .operand(1), shape: same) { call in
          try call.operand(0).cast(to: call.operand(1).computable().dtype)
        },
        "Dropout": ONNXOperator(1...3, outputs: 2, type: .byOutput([.operand(0), .fixed(.bool)]), shape: dropoutShape) {
          try dropout($0)
        },
      ]
    ) { $1 }
    return all
  }()

  private static func element(_ run: @escaping Body) -> ONNXOperator { ONNXOperator(1...1, shape: same, run: run) }

  private static let clipShape: Shape = { outline in
    for index in 1...2 {
      guard let shape = outline.optional(index)?.shape, !shape.isEmpty, shape != [1] else { continue }
      throw outline.operation.refusal("a bound is \(shape), expected one number", code: .shape)
    }
    return try outline.shape(0)
  }

  private static let dropoutShape: Shape = { outline in
    let ratio = try outline.optional(1)?.reals?.first ?? outline.operation.real("ratio", default: 0.5)
    let mode = outline.optional(2)
    if let training = mode?.values?.first.map(Double.init) ?? mode?.reals?.first, training != 0, ratio != 0 {
      throw outline.operation.refusal("it drops features in use, too")
    }
    return try outline.shape(0)
  }

  private static func clip(_ call: ONNXCall) throws -> Tensor {
    // Before version 11 the bounds were settings.
    func bound(_ index: Int, _ name: String) throws -> Tensor? {
      if let given = call.optional(index) { return given }
      guard call.operation.settings[name] != nil else { return nil }
      return try Tensor(call.operation.real(name, default: 0))
    }
    let x = try call.operand(0).computable()
    let (low, high) = (try bound(1, "min"), try bound(2, "max"))
    guard (low?.count ?? 1) == 1, (high?.count ?? 1) == 1 else {
      throw call.operation.refusal("its bounds are not single numbers", code: .shape)
    }
    guard x.dtype.isFloatingPoint else {
      let (least, greatest) = (
        try low?.ints.first.map(Int64.init) ?? .min, try high?.ints.first.map(Int64.init) ?? .max
      )
      return try x.mapIntegers { Swift.min(Swift.max($0, least), greatest) }
    }
    let (least, greatest) = (try low?.item() ?? -.infinity, try high?.item() ?? .infinity)
    // Where the bounds cross, the upper one wins.
    return try least <= greatest ? x.clip(least, greatest) : x * 0 + greatest
  }

  private static func isInfinite(_ call: ONNXCall) throws -> Tensor {
    let x = try call.real(0)
    let positive = try call.operation.flag("detect_positive", default: true)
    let negative = try call.operation.flag("detect_negative", default: true)
    let none = try Tensor.zeros(x.shape, dtype: .bool)
    let above = positive ? try x.isEqual(to: .infinity) : none
    let below = negative ? try x.isEqual(to: -.infinity) : none
    return try above.select(.full([], 1, dtype: .bool), below)
  }

  private static func dropout(_ call: ONNXCall) throws -> Tensor {
    let x = try call.operand(0)
    return call.operation.output == 0 ? try x.computable() : try .ones(x.shape, dtype: .bool)
  }
}

extension Tensor {
  /// The elements as ONNX's type of a code has them, held in a type that Vitro has.
  fileprivate func cast(toCode code: Int, _ type: DType) throws -> Tensor {
    func wrapped<Narrow: FixedWidthInteger>(to narrow: Narrow.Type) throws -> Tensor {
      let elements: [Int64] = try cast(to: .int64).array()
      return try Tensor(elements.map { Int64(Narrow(truncatingIfNeeded: $0)) }, shape: shape).cast(to: type)
    }
    return switch code {
    case 3: try wrapped(to: Int8.self)
    case 4: try wrapped(to: UInt16.self)
    case 5: try wrapped(to: Int16.self)
    case 12: try wrapped(to: UInt32.self)
    case 10: try cast(to: .float16).cast(to: type)
    case 16: try cast(to: .bfloat16).cast(to: type)
    default: try cast(to: type)
    }
  }
}
