public import VitroCore

extension IDX {
  /// Writes an array, atomically; compressed with gzip when asked, or when the path ends in `.gz`.
  ///
  /// uint8, int32, float32 and float64 are stored as they are and bool as uint8. `element` asks for another type, such as
  /// int16, which every value must then fit.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` for a type that IDX does not have; `argument` for more than 8 axes or a
  ///   value that does not fit; `file` when it cannot be written.
  public static func write(
    _ array: RawArray, to path: String, storedAs element: Element? = nil, compressed: Bool? = nil
  ) throws {
    let operation = "writing \(path)"
    let (header, element) = try header(for: array, storedAs: element, operation: operation)
    try AtomicFile.write(to: path) { writer in
      guard compressed ?? path.hasSuffix(".gz") else {
        try writer.write(header)
        return try emit(array, as: element, operation: operation) { try writer.write($0) }
      }
      let deflater = try Deflater(wrapping: .gzip)
      try header.withUnsafeBytes { try deflater.write($0) { try writer.write($0) } }
      try emit(array, as: element, operation: operation) { part in try deflater.write(part) { try writer.write($0) } }
      try deflater.finish { try writer.write($0) }
    }
  }

  /// The bytes of an uncompressed IDX file with this array.
  ///
  /// - Throws: as ``write(_:to:storedAs:compressed:)``, except `file`.
  public static func encode(_ array: RawArray, storedAs element: Element? = nil) throws -> [UInt8] {
    let (header, element) = try header(for: array, storedAs: element, operation: "encoding IDX")
    var result = header
    try emit(array, as: element, operation: "encoding IDX") { result.append(contentsOf: $0) }
    return result
  }

  private static func header(
    for array: RawArray, storedAs element: Element?, operation: String
  ) throws -> ([UInt8], Element) {
    guard let chosen = element ?? natural(for: array.dtype), fits(array.dtype, in: chosen) else {
      throw VitroError(
        .unsupported, operation, "IDX does not store \(array.dtype)\(element.map { " as \($0)" } ?? "")",
        hint: "Convert to uint8, int32, float32 or float64 first.",
        details: ["field": "dtype", "found": "\(array.dtype)", "expected": "uint8, int32, float32 or float64"])
    }
    guard array.shape.count <= maximumRank, array.shape.allSatisfy({ $0 <= UInt32.max }) else {
      throw VitroError(
        .argument, operation, "IDX does not hold the shape \(array.shape)",
        details: ["field": "shape", "found": "\(array.shape)", "expected": "at most 8 axes, each below 2³²"])
    }
    var bytes: [UInt8] = [0, 0, chosen.rawValue, UInt8(array.shape.count)]
    for length in array.shape { bytes.appendInteger(UInt32(length), bigEndian: true) }
    return (bytes, chosen)
  }

  private static func natural(for dtype: DType) -> Element? {
    switch dtype {
    case .uint8, .bool: .uint8
    case .int32: .int32
    case .float32: .float32
    case .float64: .float64
    case .int64, .float16, .bfloat16: nil
    }
  }

  private static func fits(_ dtype: DType, in element: Element) -> Bool {
    switch dtype {
    case .uint8, .bool, .int32, .int64: element != .float32 && element != .float64
    case .float32: element == .float32
    case .float64: element == .float64
    case .float16, .bfloat16: false
    }
  }

  private static func emit(
    _ array: RawArray, as element: Element, operation: String, _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try array.withBytes { bytes in
      if array.dtype.byteWidth == 1, element == .uint8 { return try sink(bytes) }
      var pending: [UInt8] = []
      for index in 0..<array.count {
        switch array.dtype {
        case .float32:
          pending.appendInteger(bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self), bigEndian: true)
        case .float64:
          pending.appendInteger(bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self), bigEndian: true)
        case .int32:
          let value = bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)
          try append(Int(value), to: &pending, as: element, index: index, operation: operation)
        case .int64:
          let value = bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)
          try append(Int(value), to: &pending, as: element, index: index, operation: operation)
        default: try append(Int(bytes[index]), to: &pending, as: element, index: index, operation: operation)
        }
        if pending.count >= 1 << 16 {
          try pending.withUnsafeBytes(sink)
          pending.removeAll(keepingCapacity: true)
        }
      }
      try pending.withUnsafeBytes(sink)
    }
  }

  private static func append(
    _ value: Int, to bytes: inout [UInt8], as element: Element, index: Int, operation: String
  ) throws {
    func append<Integer: FixedWidthInteger>(_ type: Integer.Type) throws {
      guard let narrow = Integer(exactly: value) else {
        throw VitroError(
          .argument, operation, "element \(index) is \(value), which \(element) does not hold",
          details: ["field": "element \(index)", "found": "\(value)", "expected": "\(Integer.min) to \(Integer.max)"])
      }
      bytes.appendInteger(narrow, bigEndian: true)
    }
    switch element {
    case .uint8: try append(UInt8.self)
    case .int8: try append(Int8.self)
    case .int16: try append(Int16.self)
    default: try append(Int32.self)
    }
  }
}
