internal import VitroCore

extension FileBytes {
  /// These little-endian bytes, which the caller has checked to be as many as the shape needs, as an array: in place where they are
  /// stored as arrays are and stand aligned, else copied.
  func array(of stored: StoredType, shape: [Int], field: String) throws -> RawArray {
    let address = UInt(bitPattern: buffer.address) + UInt(offset)
    if stored.isStoredAsIs, Int(littleEndian: 1) == 1, address % UInt(stored.byteWidth) == 0 {
      return RawArray(dtype: stored.dtype, shape: shape, buffer: buffer, byteOffset: offset)
    }
    var source = MemorySource(self)
    return try source.array(
      of: ElementDecoder(type: stored, bigEndian: false), shape: shape, field: field,
      limits: FormatLimits(maximumBytes: .max))
  }
}
