/// How much a reader may take before it refuses a file.
///
/// Sizes that a file declares are never believed: memory grows as real bytes arrive, and these limits stop what would
/// grow without end. Mapped files do not count, since they take no memory of their own.
public struct FormatLimits: Sendable, Hashable {
  /// The most bytes that one array, or one decompressed stream, may take.
  public var maximumBytes: Int
  /// The most entries (tensors, archive members, columns, metadata) that one file may list.
  public var maximumEntries: Int
  /// The most bytes that a compressed stream of undeclared size may give for each byte read, beyond `freeBytes`.
  ///
  /// Real text stays below 100; a decompression bomb reaches 1030.
  public var maximumExpansion: Int
  /// The bytes that a compressed stream of undeclared size may always give.
  public var freeBytes: Int
  /// Files of at least this many bytes are mapped; smaller ones are read.
  public var mappingThreshold: Int

  /// Creates limits; the defaults suit a workstation.
  public init(
    maximumBytes: Int = 8 << 30, maximumEntries: Int = 1 << 18, maximumExpansion: Int = 128, freeBytes: Int = 64 << 20,
    mappingThreshold: Int = 64 << 20
  ) {
    self.maximumBytes = maximumBytes
    self.maximumEntries = maximumEntries
    self.maximumExpansion = maximumExpansion
    self.freeBytes = freeBytes
    self.mappingThreshold = mappingThreshold
  }

  /// The limits that readers use unless told otherwise.
  public static let standard = FormatLimits()

  /// What deflate can give at most from `compressedCount` bytes: 258 bytes for each two bits, and a little.
  static func deflateBound(compressedCount: Int) -> Int { compressedCount * 1032 + 1032 }

  /// What a stream of undeclared size may give from `compressedCount` bytes.
  func expansionBound(compressedCount: Int) -> Int {
    let (product, overflow) = compressedCount.multipliedReportingOverflow(by: maximumExpansion)
    return min(maximumBytes, max(freeBytes, overflow ? .max : product))
  }
}
