internal import VitroCore

extension StoredArray {
  /// Lends the bytes of the numbers as they are kept; of groups, first the integers, then the scales.
  package func lendBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    withExtendedLifetime(buffer) {
      guard case .groups(let length) = encoding else {
        return body(UnsafeRawBufferPointer(start: buffer.address + offset, count: byteCount))
      }
      body(UnsafeRawBufferPointer(start: buffer.address + offset, count: count))
      body(UnsafeRawBufferPointer(start: buffer.address + scalesOffset, count: count / length * 4))
    }
  }
}
