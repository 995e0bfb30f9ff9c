internal import CVitroKernels
public import VitroCore

extension StoredArray {
  /// All values, as float32 or float64.
  ///
  /// Quantized values are worked out in float32, with ggml's roundings; float64 holds the same ones. The bits do not depend on the
  /// number of threads.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `dtype` for another type; `memory` when there is no room.
  /// - Complexity: O(count); O(1) when the elements are kept in that type.
  public func values(as dtype: DType = .float32) throws -> RawArray {
    try rows(0..<rowCount, as: dtype, shape: shape)
  }

  /// Some rows that follow one another, as float32 or float64, of shape `[rows] + shape[1...]`.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for rows that are not there; else as ``values(as:)``.
  /// - Complexity: O(values returned); O(1) when the elements are kept in that type.
  public func rows(_ range: Range<Int>, as dtype: DType = .float32) throws -> RawArray {
    try check(range.lowerBound, range.upperBound)
    return try rows(range, as: dtype, shape: [range.count] + shape.dropFirst())
  }

  /// Rows in any order, as float32 or float64, of shape `[indices] + shape[1...]`: the embeddings of tokens.
  ///
  /// - Throws: as ``rows(_:as:)-(Range<Int>,_)``.
  /// - Complexity: O(values returned).
  public func rows(_ indices: [Int], as dtype: DType = .float32) throws -> RawArray {
    try checkComputing(dtype)
    for index in indices { try check(index, index + 1) }
    let source = wholeRows ? self : StoredArray(try values(as: dtype))
    return try RawArray(dtype: dtype, shape: [indices.count] + shape.dropFirst()) { bytes in
      let width = rowLength * dtype.byteWidth
      for (place, index) in indices.enumerated() {
        let row = UnsafeMutableRawBufferPointer(rebasing: bytes[(place * width)..<((place + 1) * width)])
        source.widen(index..<(index + 1), as: dtype, into: row)
      }
    }
  }

  private func rows(_ range: Range<Int>, as dtype: DType, shape: [Int]) throws -> RawArray {
    try checkComputing(dtype)
    if case .elements(dtype) = encoding {
      let start = offset + range.lowerBound * rowLength * dtype.byteWidth
      return RawArray(dtype: dtype, shape: shape, buffer: buffer, byteOffset: start)
    }
    guard wholeRows || range.count == rowCount else {
      return try StoredArray(values(as: dtype)).rows(range, as: dtype, shape: shape)
    }
    return try RawArray(dtype: dtype, shape: shape) { widen(range, as: dtype, into: $0) }
  }

  /// Whether rows begin where blocks or groups do.
  private var wholeRows: Bool {
    switch encoding {
    case .elements: true
    case .blocks(let type): rowLength % type.blockLength == 0
    case .groups(let group): rowLength % group == 0
    }
  }

  private func widen(_ range: Range<Int>, as dtype: DType, into target: UnsafeMutableRawBufferPointer) {
    guard let out = target.baseAddress, !range.isEmpty, rowLength > 0 else { return }
    let (first, count) = (range.lowerBound * rowLength, range.count * rowLength)
    withExtendedLifetime(buffer) {
      let start = buffer.address + offset
      switch encoding {
      case .elements(let stored):
        vitro_convert(stored.kernel, dtype.kernel, start + first * stored.byteWidth, out, Int64(count))
      case .blocks(let type):
        vitro_dequantize(
          type.kernel, dtype.kernel, start + first / type.blockLength * type.blockBytes, out,
          Int64(count / type.blockLength))
      case .groups(let group):
        let integers = (start + first).assumingMemoryBound(to: Int8.self)
        let scales = buffer.address + scalesOffset + first / group * 4
        vitro_dequantize_groups(dtype.kernel, integers, scales, Int64(group), out, Int64(count / group))
      }
    }
  }

  private func check(_ first: Int, _ end: Int) throws {
    guard first >= 0, end <= rowCount, !shape.isEmpty else {
      throw VitroError(
        .argument, "reading rows", "row \(first < 0 ? first : end - 1) is not among the rows of \(shape)",
        details: ["found": "\(first < 0 ? first : end - 1)", "expected": "0 ..< \(shape.first ?? 0)"])
    }
  }

  private func checkComputing(_ dtype: DType) throws {
    guard dtype.isComputing else {
      throw VitroError(
        .dtype, "widening an array", "values can be float32 or float64, not \(dtype)",
        details: ["found": dtype.rawValue, "expected": "float32 or float64"])
    }
  }
}

extension DType {
  fileprivate var kernel: vitro_dtype {
    switch self {
    case .float32: vitro_float32
    case .float64: vitro_float64
    case .float16: vitro_float16
    case .bfloat16: vitro_bfloat16
    case .int32: vitro_int32
    case .int64: vitro_int64
    case .uint8: vitro_uint8
    case .bool: vitro_bool
    }
  }
}
