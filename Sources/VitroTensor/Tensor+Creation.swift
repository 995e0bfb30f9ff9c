internal import CVitroKernels
public import VitroCore

extension Tensor {
  /// Makes a tensor of Swift values, row-major.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shape does not hold exactly the values.
  public init<Element: TensorElement>(_ values: [Element], shape: [Int]) throws {
    _ = try Shapes.byteCount(shape, Element.dtype)
    guard shape.product == values.count else {
      throw VitroError(
        .shape, "Tensor", "\(values.count) values do not fill the shape \(shape), which holds \(shape.product)")
    }
    try self.init(uninitialized: shape, Element.dtype)
    withMemory(self) { target in
      values.withUnsafeBytes {
        target.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(target), byteCount: $0.count)
      }
    }
  }

  /// Makes a vector of Swift values.
  public init<Element: TensorElement>(_ values: [Element]) throws { try self.init(values, shape: [values.count]) }

  /// Makes a scalar.
  public init<Element: TensorElement>(_ value: Element) throws { try self.init([value], shape: []) }

  /// Makes a matrix from its rows.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the rows differ in length.
  public init<Element: TensorElement>(rows: [[Element]]) throws {
    let width = rows.first?.count ?? 0
    for (index, row) in rows.enumerated() where row.count != width {
      throw VitroError(.shape, "Tensor", "row \(index) has \(row.count) values, the first row has \(width)")
    }
    try self.init(rows.flatMap(\.self), shape: [rows.count, width])
  }

  /// Makes a tensor with every element set to `value`.
  public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) throws -> Tensor {
    let result = try Tensor(uninitialized: shape, dtype)
    dtype.withBytes(of: value) { bytes in
      withMemory(result) { vitro_fill(Int64(dtype.byteWidth), bytes, $0, Int64(result.count)) }
    }
    return result
  }

  /// Makes a tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32) throws -> Tensor {
    try full(shape, 0, dtype: dtype)
  }

  /// Makes a tensor of ones.
  public static func ones(_ shape: [Int], dtype: DType = .float32) throws -> Tensor {
    try full(shape, 1, dtype: dtype)
  }

  /// Makes zeros of the same shape and type.
  public func zerosLike() throws -> Tensor { try .zeros(shape, dtype: dtype) }

  /// Makes the whole numbers of a range, as int64.
  public static func range(_ range: Range<Int>) throws -> Tensor {
    let (count, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    let result = try Tensor(uninitialized: [overflow ? .max : count], .int64)
    withMemory(result) { target in
      for i in 0..<count { target.int64s[i] = Int64(range.lowerBound + i) }
    }
    return result
  }

  /// Makes `count` evenly spaced numbers from `start` to `end`, both included: `start + i·(end − start)/(count − 1)`.
  public static func linspace(_ start: Double, _ end: Double, count: Int, dtype: DType = .float32) throws -> Tensor {
    guard count >= 0 else { throw VitroError(.argument, "linspace", "count is \(count), expected 0 or more") }
    let step = count > 1 ? (end - start) / Double(count - 1) : 0
    let result = try Tensor(uninitialized: [count], .float64)
    withMemory(result) { target in
      let values = target.assumingMemoryBound(to: Double.self)
      for i in 0..<count { values[i] = i == count - 1 && count > 1 ? end : start + Double(i) * step }
    }
    return try result.cast(to: dtype)
  }

  /// Makes the identity matrix of a size.
  public static func eye(_ size: Int, dtype: DType = .float32) throws -> Tensor {
    let result = try Tensor.zeros([size, size], dtype: dtype)
    dtype.withBytes(of: 1) { one in
      withMemory(result) { target in
        [size].withInt64s { shape in
          [size + 1].withInt64s { stride in
            let ones = UnsafeMutableRawPointer.allocate(byteCount: Swift.max(1, size * dtype.byteWidth), alignment: 8)
            defer { ones.deallocate() }
            vitro_fill(Int64(dtype.byteWidth), one, ones, Int64(size))
            vitro_scatter_strided(Int64(dtype.byteWidth), ones, target, 1, shape, stride)
          }
        }
      }
    }
    return result
  }

  /// Converts the elements to another type.
  ///
  /// Floats become integers by truncation toward zero, with saturation, NaN as 0; numbers become bool by `≠ 0`; half formats round
  /// to nearest even. Differentiable between the float types.
  public func cast(to target: DType) throws -> Tensor {
    if target == dtype { return self }
    let result = try Tensor(uninitialized: shape, target)
    withMemory(self, result) { vitro_convert(dtype.kernel, target.kernel, $0, $1, Int64(count)) }
    guard dtype.isFloatingPoint, target.isFloatingPoint else { return result }
    return try result.recorded(from: self, CastOperation(source: dtype))
  }
}

struct CastOperation: SingleOutputOperation {
  let source: DType
  func pullback(_ gradient: Tensor, wants: [Bool]) throws -> [Tensor?] { [try gradient.cast(to: source)] }
}
