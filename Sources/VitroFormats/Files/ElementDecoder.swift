internal import VitroCore

/// Turns stored elements, a stretch at a time, into an array's elements.
struct ElementDecoder {
  let type: StoredType
  let bigEndian: Bool

  /// Decodes whole elements from `source` into `target`, which holds as many of the array's type.
  ///
  /// - Returns: the index of the first element whose value the array cannot hold, if there is one.
  func decode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    switch type {
    case .uint8: target.copyMemory(from: source)
    case .bool:
      for index in 0..<source.count { target[index] = source[index] == 0 ? 0 : 1 }
    case .int8:
      convert(source, target, from: Int8.self) { Int32($0) }
    case .int16: convert(source, target, from: Int16.self) { Int32($0) }
    case .uint16: convert(source, target, from: UInt16.self) { Int32($0) }
    case .uint32: convert(source, target, from: UInt32.self) { Int64($0) }
    case .float16, .bfloat16: copy(source, target, as: UInt16.self)
    case .int32, .float32: copy(source, target, as: UInt32.self)
    case .int64, .float64: copy(source, target, as: UInt64.self)
    case .uint64:
      copy(source, target, as: UInt64.self)
      for index in 0..<target.count / 8 where target.load(fromByteOffset: index * 8, as: Int64.self) < 0 {
        return index
      }
    }
    return nil
  }

  private func copy<Bits: FixedWidthInteger>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, as: Bits.Type
  ) {
    if bigEndian == (Int(bigEndian: 1) == 1) {
      target.copyMemory(from: source)
    } else {
      convert(source, target, from: Bits.self) { $0 }
    }
  }

  private func convert<Stored: FixedWidthInteger, Kept>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, from: Stored.Type,
    _ value: (Stored) -> Kept
  ) {
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    let (stride, width) = (MemoryLayout<Stored>.size, MemoryLayout<Kept>.size)
    for index in 0..<source.count / stride {
      let bits = from.loadUnaligned(fromByteOffset: index * stride, as: Stored.self)
      let native = bigEndian ? Stored(bigEndian: bits) : Stored(littleEndian: bits)
      to.storeBytes(of: value(native), toByteOffset: index * width, as: Kept.self)
    }
  }
}
