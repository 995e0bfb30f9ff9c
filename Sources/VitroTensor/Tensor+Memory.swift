internal import VitroCore

extension Tensor {
  /// The first element.
  ///
  /// Valid only inside `withMemory`, which keeps the buffer alive.
  var address: UnsafeMutableRawPointer { buffer.address + offset * dtype.byteWidth }
}

/// Lends the memory of tensors to a kernel.
///
/// Whoever writes must have made the tensor itself.
func withMemory<R>(_ a: Tensor, _ body: (UnsafeMutableRawPointer) throws -> R) rethrows -> R {
  try withExtendedLifetime(a.buffer) { try body(a.address) }
}

func withMemory<R>(
  _ a: Tensor, _ b: Tensor, _ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) throws -> R
) rethrows -> R {
  try withExtendedLifetime((a.buffer, b.buffer)) { try body(a.address, b.address) }
}

func withMemory<R>(
  _ a: Tensor, _ b: Tensor, _ c: Tensor,
  _ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) throws -> R
) rethrows -> R {
  try withExtendedLifetime((a.buffer, b.buffer, c.buffer)) { try body(a.address, b.address, c.address) }
}

func withMemory<R>(
  _ a: Tensor, _ b: Tensor, _ c: Tensor, _ d: Tensor,
  _ body: (
    UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer
  ) throws -> R
) rethrows -> R {
  try withExtendedLifetime((a.buffer, b.buffer, c.buffer, d.buffer)) {
    try body(a.address, b.address, c.address, d.address)
  }
}

extension UnsafeRawPointer {
  var int64s: UnsafePointer<Int64> { assumingMemoryBound(to: Int64.self) }
  var bytes: UnsafePointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeMutableRawPointer {
  var int64s: UnsafeMutablePointer<Int64> { assumingMemoryBound(to: Int64.self) }
  var bytes: UnsafeMutablePointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
}

extension [Int] {
  /// Lends the elements as C's `int64_t`, whose layout is the same.
  func withInt64s<R>(_ body: (UnsafePointer<Int64>?) throws -> R) rethrows -> R {
    try withUnsafeBytes { try body($0.baseAddress?.int64s) }
  }
}
