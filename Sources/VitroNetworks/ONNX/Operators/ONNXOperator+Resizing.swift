internal import VitroCore
internal import VitroTensor

/// Images and other grids in another size.
extension ONNXOperator {
  static let resizing: [String: ONNXOperator] = [
    "Resize": ONNXOperator(1...4, folds: false, shape: resizedShape) { call in
      // Version 10 had the scales where the region of interest stands now.
      let first = call.operation.opset < 11 ? 1 : 2
      return try ONNXResizing(
        call.operation, shape: call.operand(0).shape, scales: call.optional(first)?.doubles,
        sizes: call.optional(first + 1)?.ints, region: first == 2 ? call.optional(1)?.doubles : nil
      ).apply(to: call.operand(0), spend: call.spend)
    },
    "Upsample": ONNXOperator(1...2, folds: false, shape: resizedShape) { call in
      try ONNXResizing(
        call.operation, shape: call.operand(0).shape, scales: scales(call.operation, call.optional(1)?.doubles),
        sizes: nil, region: nil
      ).apply(to: call.operand(0), spend: call.spend)
    },
  ]

  private static func scales(_ operation: ONNXOperation, _ given: [Double]?) throws -> [Double]? {
    try given ?? operation.reals("scales")
  }

  private static let resizedShape: Shape = { outline in
    guard let shape = try outline.shape(0) else { return nil }
    let isUpsampling = outline.operation.operation == "Upsample"
    let first = isUpsampling || outline.operation.opset < 11 ? 1 : 2
    let scales = try scales(outline.operation, outline.optional(first)?.reals)
    let sizes = isUpsampling ? nil : outline.optional(first + 1)?.values
    guard scales.map({ !$0.isEmpty }) ?? false || sizes != nil, !shape.contains(-1) else {
      return shape.map { _ in -1 }
    }
    return try ONNXResizing(outline.operation, shape: shape, scales: scales, sizes: sizes, region: nil).outputs
  }
}

/// How one `Resize` maps places of its result to places of its value, along each axis by itself.
struct ONNXResizing {
  private let operation: ONNXOperation
  private let lengths: [Int]
  private let scales: [Double]
  private let region: [(start: Double, end: Double)]
  /// The shape of the result.
  let outputs: [Int]

  init(_ operation: ONNXOperation, shape: [Int], scales: [Double]?, sizes: [Int]?, region: [Double]?) throws {
    self.operation = operation
    let axes = try operation.axes(operation.integers("axes") ?? Array(shape.indices), rank: shape.count)
    guard try !operation.flag("antialias") else { throw operation.refusal("it smooths what it makes smaller") }
    var factors = [Double](repeating: 1, count: shape.count)
    var lengths = shape
    if let scales, !scales.isEmpty {
      guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0 <= 1e6 }) else {
        throw operation.refusal("the scales \(scales.prefix(8)) do not fit \(shape)", code: .argument)
      }
      for (axis, scale) in zip(axes, scales) {
        factors[axis] = scale
        lengths[axis] = Int(Double(Swift.min(shape[axis], 1 << 40)) * scale)
      }
    } else {
      guard let sizes, sizes.count == axes.count, sizes.allSatisfy({ $0 > 0 }) else {
        throw operation.refusal("it names neither scales nor sizes that fit \(shape)", code: .argument)
      }
      let policy = try operation.text("keep_aspect_ratio_policy", default: "stretch")
      guard policy == "stretch" else { throw operation.refusal("its keep_aspect_ratio_policy is '\(policy)'") }
      for (axis, size) in zip(axes, sizes) {
        lengths[axis] = size
        factors[axis] = Double(size) / Double(Swift.max(shape[axis], 1))
      }
    }
    var bounds = shape.map { _ in (start: 0.0, end: 1.0) }
    if let region, region.count == 2 * axes.count {
      for (number, axis) in axes.enumerated() { bounds[axis] = (region[number], region[number + axes.count]) }
    }
    (self.lengths, self.scales, self.region, outputs) = (shape, factors, bounds, lengths)
  }

  /// The value in its new size.
  func apply(to value: Tensor, spend: (Int) throws -> Void) throws -> Tensor {
    let mode = try operation.text("mode", default: "nearest")
    var result = value.dtype.isComputing || mode == "nearest" ? value : try value.cast(to: .float32)
    let extrapolates = try transformation == "tf_crop_and_resize"
    for axis in lengths.indices where outputs[axis] != lengths[axis] || extrapolates {
      guard lengths[axis] > 0 else { throw operation.refusal("\(lengths) has nothing to resize", code: .shape) }
      let places = try (0..<outputs[axis]).map { try place($0, axis) }
      guard places.allSatisfy(\.isFinite) else {
        throw operation.refusal("its scales or its region are no numbers", code: .argument)
      }
      switch mode {
      case "nearest":
        result = try result.gather(Tensor(places.map { try nearest($0, axis) }), axis: axis)
      case "linear", "cubic":
        try spend(ONNXSketch.count([outputs[axis], lengths[axis]]))
        let matrix = try weights(places, axis, isCubic: mode == "cubic").cast(to: result.dtype)
        let last = try result.transposed(axis, -1)
        result = try last.matmul(matrix, transposeB: true).transposed(axis, -1)
      default: throw operation.refusal("its mode is '\(mode)'")
      }
      if extrapolates {
        let fill = try Tensor.full([], operation.real("extrapolation_value", default: 0), dtype: result.dtype)
        let outside = places.map { $0 < 0 || $0 > Double(lengths[axis] - 1) }
        let tail = [Int](repeating: 1, count: lengths.count - axis - 1)
        result = try Tensor(outside).reshaped([places.count] + tail).select(fill, result)
      }
    }
    return result
  }

  private var transformation: String {
    get throws {
      let isOld = operation.operation == "Upsample" || operation.opset < 11
      return try operation.text("coordinate_transformation_mode", default: isOld ? "asymmetric" : "half_pixel")
    }
  }

  /// Where a place of the result lies in the value.
  private func place(_ output: Int, _ axis: Int) throws -> Double {
    let (x, length, target, scale) = (
      Double(output), Double(lengths[axis]), Double(outputs[axis]), scales[axis]
    )
    switch try transformation {
    case "half_pixel": return (x + 0.5) / scale - 0.5
    case "tf_half_pixel_for_nn": return (x + 0.5) / scale
    case "pytorch_half_pixel": return target > 1 ? (x + 0.5) / scale - 0.5 : 0
    // The standard's own tests take the length before it is cut to a whole number.
    case "align_corners": return target > 1 ? x * (length - 1) / (scale * length - 1) : 0
    case "asymmetric": return x / scale
    case "half_pixel_symmetric":
      let centre = length / 2
      return centre - centre * target / (scale * length) + (x + 0.5) / scale - 0.5
    case "tf_crop_and_resize":
      let (start, end) = region[axis]
      guard target > 1 else { return 0.5 * (start + end) * (length - 1) }
      return start * (length - 1) + x * (end - start) * (length - 1) / (target - 1)
    case let mode: throw operation.refusal("its coordinate_transformation_mode is '\(mode)'")
    }
  }

  private func nearest(_ place: Double, _ axis: Int) throws -> Int {
    let isOld = operation.operation == "Upsample" || operation.opset < 11
    let rounded =
      switch try operation.text("nearest_mode", default: isOld ? "floor" : "round_prefer_floor") {
      case "round_prefer_floor": (place - 0.5).rounded(.up)
      case "round_prefer_ceil": (place + 0.5).rounded(.down)
      case "floor": place.rounded(.down)
      case "ceil": place.rounded(.up)
      case let mode: throw operation.refusal("its nearest_mode is '\(mode)'")
      }
    return Int(Swift.min(Swift.max(rounded, 0), Double(lengths[axis] - 1)))
  }

  /// The matrix that takes a row of the value to one of the result.
  private func weights(_ places: [Double], _ axis: Int, isCubic: Bool) throws -> Tensor {
    let length = lengths[axis]
    let a = try operation.real("cubic_coeff_a", default: -0.75)
    let excludes = try operation.flag("exclude_outside")
    var matrix = [Double](repeating: 0, count: places.count * length)
    for (row, place) in places.enumerated() {
      let base = Swift.min(Swift.max(place.rounded(.down), -1e12), 1e12)
      let t = place - base
      var factors = isCubic ? Self.cubic(t, a) : [1 - t, t]
      let first = Int(base) - (isCubic ? 1 : 0)
      if excludes {
        for index in factors.indices where !(0..<length).contains(first + index) { factors[index] = 0 }
        let sum = factors.reduce(0, +)
        factors = factors.map { sum == 0 ? $0 : $0 / sum }
      }
      for (index, factor) in factors.enumerated() {
        matrix[row * length + Swift.min(Swift.max(first + index, 0), length - 1)] += factor
      }
    }
    return try Tensor(matrix, shape: [places.count, length])
  }

  /// The weights of four neighbours (Keys, 1981).
  private static func cubic(_ t: Double, _ a: Double) -> [Double] {
    func near(_ x: Double) -> Double { ((a + 2) * x - (a + 3)) * x * x + 1 }
    func far(_ x: Double) -> Double { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return [far(1 + t), near(t), near(1 - t), far(2 - t)]
  }
}
