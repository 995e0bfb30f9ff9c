internal import CVitroKernels

/// The pool that arrays take their memory from; released memory waits there for the next array of its size.
public enum MemoryPool {
  /// Counts since the process began.
  public struct Statistics: Sendable, Hashable {
    /// Requests served from released memory.
    public let hits: Int
    /// Requests that had to ask the system.
    public let misses: Int
    /// Bytes handed out and not yet released, rounded up to size classes.
    public let bytesInUse: Int
    /// Bytes of released memory kept for reuse.
    public let bytesCached: Int
  }

  /// What the pool has done so far.
  ///
  /// A loop in its steady state adds no ``Statistics/misses``.
  public static var statistics: Statistics {
    let counts = vitro_memory_read_statistics()
    return Statistics(
      hits: Int(counts.hits), misses: Int(counts.misses), bytesInUse: Int(counts.bytes_in_use),
      bytesCached: Int(counts.bytes_cached))
  }

  /// Returns all memory that waits for reuse to the system.
  public static func trim() { vitro_trim_memory() }
}
