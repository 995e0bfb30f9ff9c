internal import VitroCore
internal import VitroTensor

/// Convolutions and poolings over any number of axes.
extension ONNXOperator {
  static let windows: [String: ONNXOperator] = [
    "Conv": ONNXOperator(2...3, folds: false, shape: convolutionShape) { try convolution($0) },
    "ConvTranspose": ONNXOperator(2...3, folds: false, shape: transposedShape) { try transposedConvolution($0) },
    "MaxPool": ONNXOperator(
      1...1, outputs: 2, type: .byOutput([.operand(0), .fixed(.int64)]), folds: false, shape: poolShape
    ) { try maxPool($0) },
    "AveragePool": ONNXOperator(1...1, folds: false, shape: poolShape) { try averagePool($0) },
    "GlobalAveragePool": ONNXOperator(1...1, shape: globalShape) { call in
      let x = try call.real(0)
      return try x.mean(axes: Array(2..<Swift.max(x.rank, 2)), keepingAxes: true)
    },
    "GlobalMaxPool": ONNXOperator(1...1, shape: globalShape) { call in
      let x = try call.real(0)
      return try x.max(axes: Array(2..<Swift.max(x.rank, 2)), keepingAxes: true)
    },
  ]

  private static let globalShape: Shape = { outline in
    try outline.shape(0).map { $0.prefix(2) + $0.dropFirst(2).map { _ in 1 } }
  }

  private static let poolShape: Shape = { outline in
    guard let shape = try outline.shape(0) else { return nil }
    try requireImage(shape, outline.operation)
    return try shape[..<2] + ONNXGeometry(outline.operation, lengths: Array(shape[2...])).outputs
  }

  private static func requireImage(_ shape: [Int], _ operation: ONNXOperation) throws {
    guard shape.count >= 3 else {
      throw operation.refusal("its value is \(shape), expected [batch, channels, length, …]", code: .shape)
    }
  }

  private static let convolutionShape: Shape = { outline in
    guard let shape = try outline.shape(0), let weights = try outline.shape(1) else { return nil }
    try requireImage(shape, outline.operation)
    let groups = try outline.operation.integer("group", default: 1)
    guard weights.count == shape.count, groups >= 1, groups <= 1 << 20,
      shape[1] == -1 || weights[1] == -1 || shape[1] == weights[1] * groups, weights[0] % groups == 0
    else {
      throw outline.operation.refusal("filters \(weights) in \(groups) groups do not fit \(shape)", code: .shape)
    }
    guard !weights[2...].contains(-1) else { return [shape[0], weights[0]] + shape[2...].map { _ in -1 } }
    let geometry = try ONNXGeometry(
      outline.operation, lengths: Array(shape[2...]), kernel: Array(weights[2...]))
    return [shape[0], weights[0]] + geometry.outputs
  }

  private static func convolution(_ call: ONNXCall) throws -> Tensor {
    let x = try call.real(0)
    let (weights, bias) = (try call.operand(1).cast(to: x.dtype), try call.optional(2)?.cast(to: x.dtype))
    let groups = try call.operation.integer("group", default: 1)
    let geometry = try ONNXGeometry(call.operation, lengths: Array(x.shape[2...]), kernel: Array(weights.shape[2...]))
    if x.rank == 4 { return try x.conv2d(filters: weights, bias: bias, window: geometry.window(), groups: groups) }
    if x.rank == 3 {
      let window = Window(
        [1] + geometry.kernel, stride: [1] + geometry.stride,
        padding: [0] + geometry.before + [0] + geometry.after, dilation: [1] + geometry.dilation)
      return try x.expandingAxis(2).conv2d(
        filters: weights.expandingAxis(2), bias: bias, window: window, groups: groups
      ).droppingAxis(2)
    }
    var columns = try geometry.padded(x, with: 0, call.spend)
    let count = geometry.kernel.count
    for axis in 0..<count { columns = try geometry.windows(columns, axis, at: 2 + 2 * axis, call.spend) }
    // [batch, channels, place, element, …] → [groups, rows, channels of a group and elements].
    let places = (0..<count).map { 2 + 2 * $0 }
    let rows = columns.shape[0] * places.map { columns.shape[$0] }.reduce(1, *)
    let size = weights.shape[1...].reduce(1, *)
    let ordered = try columns.permuted([0] + places + [1] + places.map { $0 + 1 }).reshaped([rows, groups, size])
    let filters = try weights.reshaped([groups, weights.shape[0] / groups, size])
    let product = try ordered.permuted([1, 0, 2]).matmul(filters, transposeB: true).permuted([1, 0, 2])
    let values = try product.reshaped([x.shape[0]] + geometry.outputs + [weights.shape[0]])
    let result = try values.permuted([0, count + 1] + Array(1...count))
    return try bias.map { try result + result.perChannel($0) } ?? result
  }

  private static func maxPool(_ call: ONNXCall) throws -> Tensor {
    var x = try call.operand(0).computable()
    let type = x.dtype
    let geometry = try ONNXGeometry(call.operation, lengths: Array(x.shape[2...]))
    if !type.isFloatingPoint { x = try x.cast(to: .int64) }
    if call.operation.output == 1 { return try maximumPlaces(x, geometry, call) }
    if x.rank == 4, type.isFloatingPoint, let fast = try? x.maxPool2d(geometry.window()) { return fast }
    var result = try geometry.padded(x, with: type.isFloatingPoint ? -.infinity : -1e15, call.spend)
    for axis in geometry.kernel.indices {
      result = try geometry.windows(result, axis, at: 2 + axis, call.spend).max(axes: [3 + axis])
    }
    return try result.cast(to: type)
  }

  /// Where the largest elements stand, counted over the whole value.
  private static func maximumPlaces(_ x: Tensor, _ geometry: ONNXGeometry, _ call: ONNXCall) throws -> Tensor {
    let lengths = Array(x.shape[2...])
    let isColumnMajor = try call.operation.flag("storage_order")
    let strides = lengths.indices.map { axis in
      (isColumnMajor ? lengths[..<axis] : lengths[(axis + 1)...]).reduce(1, *)
    }
    // Each element's place in its own plane, carried through the same windows.
    var numbers = try Tensor.zeros([1, 1] + lengths, dtype: .int64)
    for axis in lengths.indices {
      let tail = [Int](repeating: 1, count: lengths.count - axis - 1)
      numbers =
        try numbers + (Tensor.range(0..<lengths[axis]) * Tensor(Int64(strides[axis]))).reshaped([lengths[axis]] + tail)
    }
    let border = x.dtype.isFloatingPoint ? -Double.infinity : -1e15
    var values = try geometry.padded(x, with: border, call.spend)
    var places = try geometry.padded(numbers, with: 0, call.spend)
    for axis in lengths.indices {
      values = try geometry.windows(values, axis, at: 2 + 2 * axis, call.spend)
      places = try geometry.windows(places, axis, at: 2 + 2 * axis, call.spend)
    }
    let order = [0, 1] + lengths.indices.map { 2 + 2 * $0 } + lengths.indices.map { 3 + 2 * $0 }
    let flat = geometry.kernel.reduce(1, *)
    let outputs = geometry.outputs
    let best = try values.permuted(order).reshaped([x.shape[0], x.shape[1]] + outputs + [flat])
      .argmax(axis: -1, keepingAxis: true)
    let listed = try places.permuted(order).reshaped([1, 1] + outputs + [flat])
      .expanded(to: [x.shape[0], x.shape[1]] + outputs + [flat])
    let within = try listed.takeAlong(best, axis: -1).droppingAxis(-1)
    let planes = try Tensor.range(0..<x.shape[0] * x.shape[1]) * Tensor(Int64(lengths.reduce(1, *)))
    return try within + planes.reshaped([x.shape[0], x.shape[1]] + outputs.map { _ in 1 })
  }

  private static func averagePool(_ call: ONNXCall) throws -> Tensor {
    let x = try call.real(0)
    let lengths = Array(x.shape[2...])
    let geometry = try ONNXGeometry(call.operation, lengths: lengths)
    let countsPadding = try call.operation.flag("count_include_pad")
    var result = try geometry.padded(x, with: 0, call.spend)
    for axis in lengths.indices {
      result = try geometry.windows(result, axis, at: 2 + axis, call.spend).sum(axes: [3 + axis])
    }
    for axis in lengths.indices {
      let counts = geometry.counts(axis, length: lengths[axis], countsPadding: countsPadding)
      let tail = [Int](repeating: 1, count: lengths.count - axis - 1)
      result = try result / Tensor(counts).cast(to: x.dtype).reshaped([counts.count] + tail)
    }
    return result
  }
}
