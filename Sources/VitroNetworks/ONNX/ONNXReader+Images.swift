internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// Operators on images that have layers: `[batch, channels, height, width]`.
extension ONNXReader {
  /// A convolution over two axes with constant filters.
  mutating func convolution(_ node: Node) throws -> Operand {
    let (filters, origin) = try constant(required(node, 1), node, "filters")
    let (input, shape) = try value(required(node, 0), node)
    guard filters.shape.count == 4, shape.count == 3 else {
      throw refusal(
        node, "it slides over \(shape.count - 1) axes, expected two", found: "\(shape)", expected: "[channels, h, w]")
    }
    let groups = try integer(node, "group", default: 1)
    let geometry = try geometry(node, shape, kernel: Array(filters.shape[2...]))
    let bias = try operand(node, 2).map { try constant($0, node, "bias") }
    let (counts, overflow) = filters.shape[1].multipliedReportingOverflow(by: groups)
    guard !overflow else {
      throw refusal(node, "it has \(groups) groups", found: "\(groups)", expected: "groups that divide its channels")
    }
    let layer = Conv2d(
      counts, filters.shape[0], window: geometry.window(), groups: groups, bias: bias != nil)
    _ = try fitting(node) { try layer.outputShape(of: [shape]) }
    let name = layerName(node, weight: origin)
    let dtype = self.dtype
    var ties = try keep("weight", of: name, form: Form(origin: origin, shape: .matrix), count: filters.count) {
      try Tensor(filters).cast(to: dtype)
    }
    if let bias {
      ties.merge(try keepBias(bias.array, bias.origin, factor: 1, of: name, width: layer.outputs, node)) { $1 }
    }
    return try add(layer, named: name, reading: [input], shapes: [shape], ties: ties, for: node)
  }

  /// Batch normalization in use, with constant statistics.
  mutating func batchNormalization(_ node: Node) throws -> Operand {
    let (input, shape) = try value(required(node, 0), node)
    let isTraining = try integer(node, "training_mode", default: 0) != 0
    // Before version 9 statistics of each place of a channel were possible.
    guard !isTraining, try integer(node, "spatial", default: 1) != 0, let channels = shape.first, channels > 0 else {
      throw refusal(node, "it learns its statistics in use", found: "training_mode 1", expected: "training_mode 0")
    }
    let arrays = try (1...4).map { try constant(required(node, $0), node, "operand \($0)") }
    guard arrays.allSatisfy({ $0.array.shape == [channels] }) else {
      throw refusal(
        node, "its operands are \(arrays.map(\.array.shape)), expected [\(channels)] each",
        found: "\(arrays[0].array.shape)", expected: "[\(channels)]")
    }
    let layer = BatchNorm(
      channels, epsilon: try number(node, "epsilon", default: 1e-5),
      momentum: 1 - (try number(node, "momentum", default: 0.9)))
    let name = layerName(node, weight: arrays[0].origin)
    let dtype = self.dtype
    var ties: [String: String] = [:]
    for (parameter, (array, origin)) in zip(["weight", "bias", "running_mean", "running_var"], arrays) {
      let form = Form(origin: origin, shape: .vector([channels]), owner: parameter.hasPrefix("running") ? name : nil)
      ties.merge(try keep(parameter, of: name, form: form, count: channels) { try Tensor(array).cast(to: dtype) }) {
        $1
      }
    }
    return try add(layer, named: name, reading: [input], shapes: [shape], ties: ties, for: node)
  }

  /// The largest elements, or the means, of windows.
  mutating func pooling(_ node: Node, isMaximum: Bool) throws -> Operand {
    let shape = try value(required(node, 0), node).shape
    let geometry = try geometry(node, shape, kernel: nil)
    guard !isMaximum else { return try apply(MaxPool2d(geometry.window()), node) }
    guard try geometry.dilation == [1, 1] || integer(node, "count_include_pad", default: 0) != 0 else {
      throw refusal(node, "its windows have holes", found: "\(geometry.dilation)", expected: "dilations 1")
    }
    let countsPadding = try integer(node, "count_include_pad", default: 0) != 0
    guard !countsPadding || geometry.overhang == [0, 0] else {
      throw refusal(node, "its last windows reach beyond the padding", found: "ceil_mode 1", expected: "ceil_mode 0")
    }
    return try apply(AveragePool2d(geometry.window(), excludesPadding: !countsPadding), node)
  }

  /// The largest element, or the mean, of each channel.
  mutating func globalPooling(_ node: Node, isMaximum: Bool) throws -> Operand {
    let shape = try value(required(node, 0), node).shape
    guard shape.count == 3, shape[1] > 0, shape[2] > 0 else {
      throw refusal(node, "its value is \(shape)", found: "\(shape)", expected: "[channels, height, width]")
    }
    let window = Window([shape[1], shape[2]], stride: [shape[1], shape[2]])
    return try isMaximum ? apply(MaxPool2d(window), node) : apply(AveragePool2d(window), node)
  }

  /// Means over axes of an example.
  mutating func mean(_ node: Node) throws -> Operand {
    let shape = try value(required(node, 0), node).shape
    let axes = try wholeNumbers(node, "axes", operand: 1).map { $0 < 0 ? $0 + shape.count + 1 : $0 }.sorted()
    let keeps = try integer(node, "keepdims", default: 1) != 0
    guard !axes.isEmpty, axes.allSatisfy({ $0 >= 1 && $0 <= shape.count }), Set(axes).count == axes.count else {
      throw refusal(node, "it takes means over \(axes)", found: "\(axes)", expected: "axes of an example")
    }
    guard keeps else { return try apply(Mean(axes: axes.map { $0 - 1 }), node) }
    guard axes == [2, 3], shape.count == 3 else {
      throw refusal(
        node, "it keeps the axes \(axes)", found: "keepdims 1", expected: "the axes of an image, or keepdims 0")
    }
    return try globalPooling(node, isMaximum: false)
  }

  private func geometry(_ node: Node, _ shape: [Int], kernel: [Int]?) throws -> ONNXGeometry {
    guard shape.count == 3, !shape.dropFirst().contains(-1) else {
      throw refusal(
        node, "its value is \(shape), expected images of a known size", found: "\(shape)", expected: "[channels, h, w]")
    }
    let geometry = try fitting(node) {
      try ONNXGeometry(
        ONNXOperation(node.operation, opset: model.opset, settings: settings(node), operands: []),
        lengths: Array(shape[1...]), kernel: kernel)
    }
    // Borders wider than a window make values of any size of nothing; these are counted while they are computed.
    let reach = zip(geometry.kernel, geometry.dilation).map { $0 * $1 }
    guard zip(geometry.before, reach).allSatisfy({ $0 < $1 }), zip(geometry.after, reach).allSatisfy({ $0 < $1 }) else {
      throw refusal(
        node, "its border is wider than its windows", found: "\(geometry.before)", expected: "\(geometry.kernel)")
    }
    return geometry
  }
}
