internal import CVitroKernels

/// Memory that arrays live in: a stretch of bytes from the buffer pool, or a file mapped read-only.
///
/// A buffer is shared by reference. Whoever creates one may write into it until it is shared; from then on it is only
/// read, except by an owner that has made sure that nobody else holds it (`isKnownUniquelyReferenced`).
public final class Buffer: @unchecked Sendable {
  /// The first byte, aligned to 64 bytes in pooled memory.
  public let address: UnsafeMutableRawPointer
  /// The number of bytes that may be read.
  public let byteCount: Int

  private let release: Release

  private enum Release {
    case pool
    case custom(@Sendable (UnsafeMutableRawPointer, Int) -> Void)
  }

  /// Takes memory from the pool; its contents are undefined.
  ///
  /// - Throws: ``VitroError`` (``VitroError/Code/memory``) when the system has no more.
  public init(byteCount: Int) throws {
    guard let address = vitro_allocate(Int64(byteCount)) else {
      throw VitroError(
        .memory, "allocate", "\(byteCount) bytes are not to be had",
        hint: "Use a smaller batch, fewer instances or a narrower set of taps.")
    }
    self.address = address
    self.byteCount = byteCount
    release = .pool
  }

  /// Adopts memory owned elsewhere, such as a mapped file, until `release` is called with it.
  public init(
    adopting address: UnsafeMutableRawPointer, byteCount: Int,
    release: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> Void
  ) {
    self.address = address
    self.byteCount = byteCount
    self.release = .custom(release)
  }

  deinit {
    switch release {
    case .pool: vitro_release(address, Int64(byteCount))
    case .custom(let release): release(address, byteCount)
    }
  }

  /// Whether the memory may be written when uniquely held: pooled memory is, mapped files are not.
  public var isWritable: Bool {
    if case .pool = release { true } else { false }
  }
}
