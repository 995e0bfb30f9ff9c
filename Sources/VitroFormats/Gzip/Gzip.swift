internal import CZlib
internal import VitroCore

/// Compresses and decompresses gzip data (RFC 1952).
///
/// ```swift
/// let bytes = [UInt8](repeating: 7, count: 10_000)
/// let packed = try Gzip.compress(bytes)
/// let unpacked = try Gzip.decompress(FileBytes(name: "bytes.gz", packed))  // 10 000 bytes again
/// ```
public enum Gzip {
  /// Whether the bytes begin as gzip data does.
  public static func recognizes(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// Decompresses a whole file whose decompressed size nothing declares.
  ///
  /// The result may take ``FormatLimits/freeBytes``, or ``FormatLimits/maximumExpansion`` times the compressed size when
  /// that is more; a stream that gives more is refused as soon as it does.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` for damaged data; `memory` for a stream that gives too much.
  /// - Complexity: O(result); memory grows as bytes arrive.
  public static func decompress(_ file: FileBytes, limits: FormatLimits = .standard) throws -> FileBytes {
    let inflater = try Inflater(file, wrapping: .gzip, field: "gzip data")
    let bound = limits.expansionBound(compressedCount: file.count)
    // One byte more than allowed, to tell a stream that ends at the bound from one that goes on.
    let memory = try GrowingMemory(bound: bound + 1, proven: false)
    while true {
      let room = try memory.room(for: min(1 << 16, bound + 1 - memory.count))
      let got = try inflater.read(into: room)
      memory.advance(by: got)
      guard memory.count <= bound else {
        throw file.tooLarge(
          field: "gzip data", found: "more than \(bound) bytes from \(file.count) compressed ones",
          limit: "\(bound) bytes",
          hint: "It looks like a decompression bomb. If the file is to be trusted, decompress it first with gunzip.")
      }
      if got < room.count { break }
    }
    let count = memory.count
    return FileBytes(name: file.name, buffer: try memory.finish(), offset: 0, count: count)
  }

  /// Compresses bytes into one gzip member; the same bytes always give the same result (no time stamp).
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`memory`).
  public static func compress(_ bytes: some Collection<UInt8>, level: Int = 6) throws -> [UInt8] {
    var result: [UInt8] = []
    let deflater = try Deflater(wrapping: .gzip, level: level)
    try Array(bytes).withUnsafeBytes { try deflater.write($0) { result.append(contentsOf: $0) } }
    try deflater.finish { result.append(contentsOf: $0) }
    return result
  }
}
