internal import VitroCore

/// Memory for the rows of two shards, one being filled while the other is written.
struct ShardBuffers {
  /// The rows of a shard.
  let capacity: Int
  /// The rows in the shard that is being filled.
  private(set) var filled = 0
  /// The bytes that the buffers take.
  private(set) var heldBytes = 0

  private let dtype: DType
  private let widths: [Int]
  private var slots: [[Buffer]] = []
  private var current = 0

  /// A shard of more bytes than this would put off for too long the moment from which an interrupted recording can go on.
  static let shardBytes = 32 << 20

  init(capacity: Int, widths: [Int], dtype: DType) {
    (self.capacity, self.widths, self.dtype) = (capacity, widths, dtype)
  }

  var isFull: Bool { filled == capacity }

  /// Takes in rows of each value, as many as have room.
  mutating func append(_ values: [RawArray], from first: Int, count: Int) throws {
    if slots.count <= current {
      slots.append(try widths.map { try Buffer(byteCount: capacity * $0 * dtype.byteWidth) })
      heldBytes += widths.reduce(0) { $0 + capacity * $1 * dtype.byteWidth }
    }
    for (number, value) in values.enumerated() {
      let rowBytes = widths[number] * dtype.byteWidth
      value.withBytes { bytes in
        UnsafeMutableRawBufferPointer(
          start: slots[current][number].address + filled * rowBytes, count: count * rowBytes
        ).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[first * rowBytes..<(first + count) * rowBytes]))
      }
    }
    filled += count
  }

  /// Hands over the rows and turns to the other buffers, whose rows must have been written.
  mutating func take() -> [RawArray] {
    let arrays = zip(slots[current], widths).map {
      RawArray(dtype: dtype, shape: [filled, $1], buffer: $0)
    }
    (current, filled) = (1 - current, 0)
    return arrays
  }
}
