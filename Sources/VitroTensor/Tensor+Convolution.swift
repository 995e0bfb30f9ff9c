internal import CVitroKernels
internal import VitroCore

/// How a window slides over images: the geometry that convolution and pooling share.
///
/// Along each axis, with padding p₁ before and p₂ after, `out = ⌊(in + p₁ + p₂ − dilation·(kernel − 1) − 1)/stride⌋ + 1`.
///
/// ```swift
/// let window = Window(3, stride: 2, padding: 1)
/// let maps = try images.conv2d(filters: filters, window: window)  // [8, 16, 14, 14]
/// ```
public struct Window: Sendable, Hashable, Codable {
  /// The window's height and width; for a convolution, those of its filters.
  public var kernel: [Int]
  /// The step between windows.
  public var stride: [Int]
  /// Zeros added on each side: top, left, bottom, right.
  public var padding: [Int]
  /// The distance between neighbouring elements of a window.
  public var dilation: [Int]

  /// Creates a window; two numbers are height and width.
  public init(_ kernel: [Int], stride: [Int] = [1, 1], padding: [Int] = [0, 0, 0, 0], dilation: [Int] = [1, 1]) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding.count == 2 ? padding + padding : padding
    self.dilation = dilation
  }

  /// Creates a square window with the same stride, padding and dilation on both axes.
  public init(_ kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    self.init(
      [kernel, kernel], stride: [stride, stride], padding: [padding, padding, padding, padding],
      dilation: [dilation, dilation])
  }

  /// The height and width of the result for images of a height and width.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a number is out of range or the window is larger than the padded image.
  public func outputSize(height: Int, width: Int, _ operation: String = "window") throws -> (height: Int, width: Int) {
    guard kernel.count == 2, stride.count == 2, padding.count == 4, dilation.count == 2,
      (kernel + stride + dilation).allSatisfy({ (1...1 << 20).contains($0) }),
      padding.allSatisfy({ (0...1 << 20).contains($0) })
    else {
      throw VitroError(
        .argument, operation,
        "kernel \(kernel), stride \(stride), padding \(padding), dilation \(dilation) is no window",
        hint: "Kernel, stride and dilation take two numbers of 1 or more, padding four of 0 or more.")
    }
    let size = (0..<2).map { axis in
      let padded = [height, width][axis] + padding[axis] + padding[axis + 2]
      let free = padded - dilation[axis] * (kernel[axis] - 1) - 1
      return free < 0 ? 0 : free / stride[axis] + 1
    }
    guard size[0] > 0, size[1] > 0 else {
      throw VitroError(
        .shape, operation, "a \(kernel[0])×\(kernel[1]) window does not fit an image of \(height)×\(width)",
        hint: "Add padding, or use a smaller window.")
    }
    return (size[0], size[1])
  }

  /// Whether each of the outputs along an axis sees at least one element that is not padding.
  fileprivate func touchesEveryTime(_ axis: Int, length: Int, outputs: Int) -> Bool {
    (0..<outputs).allSatisfy { output in
      let origin = output * stride[axis] - padding[axis]
      let first = origin >= 0 ? 0 : (dilation[axis] - 1 - origin) / dilation[axis]
      return first < kernel[axis] && origin + first * dilation[axis] < length
    }
  }
}

extension Tensor {
  /// 2-D convolution (cross-correlation, as in PyTorch): `[batch, in, height, width]` → `[batch, out, height′, width′]`.
  ///
  /// filters `[out, in / groups, kernel height, kernel width]`, bias `[out]`. The window's kernel is the filters' size.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit.
  /// - Complexity: O(batch · out · height′ · width′ · in / groups · kernel).
  public func conv2d(
    filters: Tensor, bias: Tensor? = nil, window: Window? = nil, groups: Int = 1
  ) throws -> Tensor {
    try Self.requireSameType(self, filters, "conv2d")
    try requireComputing("conv2d")
    guard rank == 4, filters.rank == 4, (1...1 << 20).contains(groups), shape[1] == filters.shape[1] * groups,
      filters.shape[0] % groups == 0
    else {
      throw VitroError(
        .shape, "conv2d", "the images are \(shape), the filters \(filters.shape), groups \(groups)",
        hint: "Expected [batch, in, height, width] with filters [out, in / groups, height, width].")
    }
    var geometry = window ?? Window([1, 1])
    geometry.kernel = Array(filters.shape[2...])
    if let bias {
      try Self.requireSameType(self, bias, "conv2d")
      guard bias.shape == [filters.shape[0]] else {
        throw VitroError(
          .shape, "conv2d", "the bias is \(bias.shape), the filters \(filters.shape); expected [\(filters.shape[0])]")
      }
    }
    let kernel = try vitro_window(geometry, images: shape, outChannels: filters.shape[0], groups: groups, "conv2d")
    let result = try Tensor(uninitialized: kernel.outputShape, dtype)
    withUnsafePointer(to: kernel) { window in
      withMemory(self, filters, result, bias ?? self) {
        vitro_convolve(dtype.kernel, window, $0, $1, bias == nil ? nil : $3, $2)
      }
    }
    let inputs = bias.map { [self, filters, $0] } ?? [self, filters]
    return try result.recorded(
      from: inputs,
      ConvolutionOperation(
        window: kernel, shape: shape, filterShape: filters.shape, x: filters.isTracked ? detached : nil,
        filters: isTracked ? filters.detached : nil, hasBias: bias != nil))
  }

  /// The largest element of each window; padding never wins.
  ///
  /// `[batch, channels, height, width]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the window does not fit, or lies in padding alone.
  public func maxPool2d(_ window: Window) throws -> Tensor {
    let kernel = try poolWindow(window, "maxPool2d")
    let result = try Tensor(uninitialized: kernel.outputShape, dtype)
    let positions = try Tensor(uninitialized: kernel.outputShape, .int32)
    withUnsafePointer(to: kernel) { window in
      withMemory(self, result, positions) {
        vitro_max_pool(dtype.kernel, window, $0, $1, $2.assumingMemoryBound(to: Int32.self))
      }
    }
    return try result.recorded(from: self, MaxPoolOperation(window: kernel, shape: shape, positions: positions))
  }

  /// The mean of each window; divided by the window's size, or with `excludingPadding` by its elements inside the image.
  public func averagePool2d(_ window: Window, excludingPadding: Bool = false) throws -> Tensor {
    let kernel = try poolWindow(window, "averagePool2d")
    let result = try Tensor(uninitialized: kernel.outputShape, dtype)
    withUnsafePointer(to: kernel) { window in
      withMemory(self, result) { vitro_average_pool(dtype.kernel, window, excludingPadding, $0, $1) }
    }
    return try result.recorded(
      from: self, AveragePoolOperation(window: kernel, shape: shape, excludingPadding: excludingPadding))
  }

  private func poolWindow(_ window: Window, _ name: String) throws -> vitro_window {
    try requireComputing(name)
    guard rank == 4 else {
      throw VitroError(.shape, name, "the images are \(shape), expected [batch, channels, height, width]")
    }
    let kernel = try vitro_window(window, images: shape, outChannels: shape[1], groups: 1, name)
    let outputs = [Int(kernel.out_height), Int(kernel.out_width)]
    for axis in 0..<2 where !window.touchesEveryTime(axis, length: shape[axis + 2], outputs: outputs[axis]) {
      throw VitroError(
        .argument, name,
        "padding \(window.padding) leaves windows \(window.kernel) without an element of the images \(shape)",
        hint: "Use less padding.")
    }
    return kernel
  }
}

extension vitro_window: @retroactive @unchecked Sendable {
  fileprivate init(_ window: Window, images: [Int], outChannels: Int, groups: Int, _ operation: String) throws {
    let size = try window.outputSize(height: images[2], width: images[3], operation)
    self.init(
      batch: Int64(images[0]), in_channels: Int64(images[1]), height: Int64(images[2]), width: Int64(images[3]),
      out_channels: Int64(outChannels), out_height: Int64(size.height), out_width: Int64(size.width),
      kernel_height: Int64(window.kernel[0]), kernel_width: Int64(window.kernel[1]),
      stride_height: Int64(window.stride[0]), stride_width: Int64(window.stride[1]),
      padding_top: Int64(window.padding[0]), padding_left: Int64(window.padding[1]),
      padding_bottom: Int64(window.padding[2]), padding_right: Int64(window.padding[3]),
      dilation_height: Int64(window.dilation[0]), dilation_width: Int64(window.dilation[1]), groups: Int64(groups))
  }

  fileprivate var outputShape: [Int] { [Int(batch), Int(out_channels), Int(out_height), Int(out_width)] }
}

struct ConvolutionOperation: SingleOutputOperation {
  let window: vitro_window
  let shape, filterShape: [Int]
  /// Each operand is kept for the other's gradient.
  let x, filters: Tensor?
  let hasBias: Bool

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    var result: [Tensor?] = [nil, nil, nil]
    let wantsBias = hasBias && wants[2]
    try withUnsafePointer(to: window) { window in
      if wants[0], let filters {
        let gradientOfX = try Tensor(uninitialized: shape, gradient.dtype)
        withMemory(filters, gradient, gradientOfX) {
          vitro_convolve_gradient_input(gradient.dtype.kernel, window, $0, $1, $2)
        }
        result[0] = gradientOfX
      }
      if wants[1], let x {
        let gradientOfFilters = try Tensor(uninitialized: filterShape, gradient.dtype)
        let gradientOfBias = try Tensor(uninitialized: [filterShape[0]], gradient.dtype)
        withMemory(x, gradient, gradientOfFilters, gradientOfBias) {
          vitro_convolve_gradient_filters(gradient.dtype.kernel, window, $0, $1, $2, wantsBias ? $3 : nil)
        }
        result[1] = gradientOfFilters
        if wantsBias { result[2] = gradientOfBias }
      } else if wantsBias {
        result[2] = try gradient.sum(axes: [0, 2, 3])
      }
    }
    return Array(result[..<(hasBias ? 3 : 2)])
  }
}

struct MaxPoolOperation: SingleOutputOperation {
  let window: vitro_window
  let shape: [Int]
  let positions: Tensor

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor(uninitialized: shape, gradient.dtype)
    withUnsafePointer(to: window) { window in
      withMemory(positions, gradient, result) {
        vitro_max_pool_gradient(
          gradient.dtype.kernel, window, UnsafePointer($0.assumingMemoryBound(to: Int32.self)), $1, $2)
      }
    }
    return [result]
  }
}

struct AveragePoolOperation: SingleOutputOperation {
  let window: vitro_window
  let shape: [Int]
  let excludingPadding: Bool

  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] {
    let result = try Tensor(uninitialized: shape, gradient.dtype)
    withUnsafePointer(to: window) { window in
      withMemory(gradient, result) {
        vitro_average_pool_gradient(gradient.dtype.kernel, window, excludingPadding, $0, $1)
      }
    }
    return [result]
  }
}
