#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import VitroCore

/// Memory that grows as bytes arrive, so that a declared size is never believed before it is met.
///
/// When the size is proven (the bytes lie there already) the memory is taken at once, from the pool. Otherwise it
/// doubles; pages beyond ``count`` are not touched, so the memory in use stays at what has arrived.
final class GrowingMemory {
  /// The bytes that have been appended.
  private(set) var count = 0

  private var pooled: Buffer?
  private var address: UnsafeMutableRawPointer?
  private var capacity = 0
  private let bound: Int

  /// Memory for at most `bound` bytes, all of them taken now if that is `proven`.
  init(bound: Int, proven: Bool) throws {
    self.bound = bound
    if proven {
      let buffer = try Buffer(byteCount: bound)
      pooled = buffer
      address = buffer.address
      capacity = bound
    }
  }

  deinit {
    if pooled == nil { free(address) }
  }

  /// Room for `length` more bytes, which the caller writes and then counts with ``advance(by:)``.
  func room(for length: Int) throws -> UnsafeMutableRawBufferPointer {
    precondition(length <= bound - count, "more bytes than the bound of \(bound)")
    if count + length > capacity || address == nil {
      let larger = min(bound, max(count + length, capacity * 2, 1 << 16))
      guard let grown = realloc(address, max(larger, 1)) else {
        throw VitroError(.memory, "allocate", "\(larger) bytes are not to be had")
      }
      (address, capacity) = (grown, larger)
    }
    guard let address else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    return UnsafeMutableRawBufferPointer(start: address + count, count: length)
  }

  /// Counts bytes that were written into the room.
  func advance(by length: Int) { count += length }

  /// Hands the memory over; this object is empty afterwards.
  func finish() throws -> Buffer {
    _ = try room(for: 0)
    defer { (pooled, address, capacity, count) = (nil, nil, 0, 0) }
    if let pooled { return pooled }
    guard let address else { return try Buffer(byteCount: 0) }
    let kept = realloc(address, max(count, 1)) ?? address
    return Buffer(adopting: kept, byteCount: count) { address, _ in free(address) }
  }
}
