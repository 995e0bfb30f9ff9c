internal import VitroCore
internal import VitroTensor

/// How an operator's window slides over the axes after batch and channels.
struct ONNXGeometry {
  let kernel, stride, dilation: [Int]
  /// Counts before and after each axis.
  var before, after: [Int]
  /// The number of places of the window along each axis, −1 where unknown.
  private(set) var outputs: [Int]
  /// What the last windows reach beyond the padding, where partial windows count.
  private(set) var overhang: [Int]

  /// Reads the settings of a convolution or a pooling.
  ///
  /// - Parameters:
  ///   - operation: The operation.
  ///   - lengths: The lengths of the axes, −1 where unknown.
  ///   - kernel: The window's size, if the weights say it.
  /// - Throws: ``/VitroCore/VitroError`` when numbers are missing or out of range, or no window fits.
  init(_ operation: ONNXOperation, lengths: [Int], kernel given: [Int]? = nil) throws {
    let rank = lengths.count
    func numbers(_ name: String, default standard: Int) throws -> [Int] {
      let values = try operation.integers(name) ?? [Int](repeating: standard, count: rank)
      guard values.count == rank, values.allSatisfy({ (1...1 << 30).contains($0) }) else {
        throw operation.refusal("\(name) \(values) does not fit \(rank) axes", code: .argument)
      }
      return values
    }
    kernel = try given ?? numbers("kernel_shape", default: 0)
    stride = try numbers("strides", default: 1)
    dilation = try numbers("dilations", default: 1)
    guard kernel.count == rank, kernel.allSatisfy({ (1...1 << 30).contains($0) }) else {
      throw operation.refusal("a window \(kernel) does not fit \(rank) axes", code: .shape)
    }
    let reach = zip(kernel, dilation).map { ($0 - 1) * $1 + 1 }
    let rule = try operation.text("auto_pad", default: "NOTSET")
    outputs = []
    overhang = [Int](repeating: 0, count: rank)
    (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    switch rule {
    case "NOTSET", "VALID":
      let pads = rule == "VALID" ? nil : try operation.integers("pads")
      let counts = pads ?? [Int](repeating: 0, count: 2 * rank)
      guard counts.count == 2 * rank, counts.allSatisfy({ (0...1 << 30).contains($0) }) else {
        throw operation.refusal("pads \(counts) does not fit \(rank) axes", code: .argument)
      }
      (before, after) = (Array(counts[..<rank]), Array(counts[rank...]))
      let ceils = try operation.flag("ceil_mode")
      for axis in 0..<rank {
        guard lengths[axis] >= 0 else {
          outputs.append(-1)
          continue
        }
        let free = lengths[axis] + before[axis] + after[axis] - reach[axis]
        guard free >= 0 else {
          throw operation.refusal("a window \(kernel) does not fit \(lengths) with padding \(counts)", code: .shape)
        }
        var count = (ceils ? (free + stride[axis] - 1) : free) / stride[axis] + 1
        // A window must begin before the end.
        if ceils, (count - 1) * stride[axis] >= lengths[axis] + before[axis] { count -= 1 }
        outputs.append(count)
        overhang[axis] = Swift.max(0, (count - 1) * stride[axis] - free)
      }
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0..<rank {
        guard lengths[axis] >= 0 else {
          outputs.append(-1)
          continue
        }
        let count = (lengths[axis] + stride[axis] - 1) / stride[axis]
        let total = Swift.max(0, (count - 1) * stride[axis] + reach[axis] - lengths[axis])
        before[axis] = rule == "SAME_UPPER" ? total / 2 : total - total / 2
        after[axis] = total - before[axis]
        outputs.append(count)
      }
    default: throw operation.refusal("its auto_pad is '\(rule)'")
    }
  }

  /// The geometry of two axes as Vitro's layers have it; `addingOverhang` pads for the windows that reach beyond.
  func window(addingOverhang: Bool = true) -> Window {
    let bottom = zip(after, overhang).map { addingOverhang ? $0 + $1 : $0 }
    return Window(kernel, stride: stride, padding: before + bottom, dilation: dilation)
  }

  /// Along an axis, which elements of the padded value each window holds.
  func places(_ axis: Int) -> [Int] {
    (0..<outputs[axis]).flatMap { output in
      (0..<kernel[axis]).map { output * stride[axis] + $0 * dilation[axis] }
    }
  }

  /// Along an axis, how many elements of each window lie inside, padding counted or not.
  func counts(_ axis: Int, length: Int, countsPadding: Bool) -> [Double] {
    let low = countsPadding ? 0 : before[axis]
    let high = before[axis] + length + (countsPadding ? after[axis] : 0)
    return (0..<outputs[axis]).map { output in
      Double(
        (0..<kernel[axis]).count { (low..<high).contains(output * stride[axis] + $0 * dilation[axis]) })
    }
  }

  /// A value `[batch, channels, …]` with its border.
  func padded(_ x: Tensor, with value: Double, _ spend: (Int) throws -> Void) throws -> Tensor {
    let ends = zip(after, overhang).map(+)
    guard (before + ends).contains(where: { $0 != 0 }) else { return x }
    let shape = zip(x.shape, [0, 0] + zip(before, ends).map(+)).map(+)
    try spend(ONNXSketch.count(shape) - x.count)
    return try x.padded(before: [0, 0] + before, after: [0, 0] + ends, with: value)
  }

  /// The windows along one axis: it becomes two, place and element.
  func windows(_ x: Tensor, _ axis: Int, at position: Int, _ spend: (Int) throws -> Void) throws -> Tensor {
    var shape = x.shape
    shape[position] = outputs[axis]
    try spend(ONNXSketch.count(shape + [kernel[axis]]))
    return try x.gather(Tensor(places(axis), shape: [outputs[axis], kernel[axis]]), axis: position)
  }
}
