public import VitroCore

/// The bytes of a file, and the name to blame when they are not what they claim to be.
///
/// A file below ``FormatLimits/mappingThreshold`` (64 MiB) is read; a larger one is mapped, so that its pages come from
/// the disk when they are touched and cost no memory of their own.
///
/// - Warning: If another program truncates a mapped file while it is in use, the system stops this process (SIGBUS).
///   Replace large files by renaming, as ``AtomicFile`` does; never rewrite them in place.
public struct FileBytes: Sendable {
  /// The file's path, or what to call these bytes in errors.
  public let name: String
  /// The memory that holds the bytes.
  public let buffer: Buffer
  /// Where in ``buffer`` the bytes begin.
  public let offset: Int
  /// The number of bytes.
  public let count: Int

  init(name: String, buffer: Buffer, offset: Int, count: Int) {
    self.name = name
    self.buffer = buffer
    self.offset = offset
    self.count = count
  }

  /// Takes bytes that are already in memory, under the name that errors will use.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`memory`) when there is no room for the copy.
  public init(name: String, _ bytes: some Collection<UInt8>) throws {
    let buffer = try Buffer(byteCount: bytes.count)
    UnsafeMutableRawBufferPointer(start: buffer.address, count: bytes.count).copyBytes(from: bytes)
    self.init(name: name, buffer: buffer, offset: 0, count: bytes.count)
  }

  /// Lends the bytes for the time of a call.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(buffer) {
      try body(UnsafeRawBufferPointer(start: buffer.address + offset, count: count))
    }
  }

  /// The bytes in a range that the caller has checked, sharing the memory.
  func slice(_ range: Range<Int>) -> FileBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice \(range) of \(count) bytes")
    return FileBytes(name: name, buffer: buffer, offset: offset + range.lowerBound, count: range.count)
  }

  /// The same bytes under another name.
  func renamed(_ name: String) -> FileBytes { FileBytes(name: name, buffer: buffer, offset: offset, count: count) }

  /// The first bytes, at most `length` of them.
  func prefix(_ length: Int) -> [UInt8] { withBytes { Array($0.prefix(length)) } }

  /// An error that blames these bytes.
  func malformed(field: String, found: String, expected: String, hint: String? = nil) -> VitroError {
    .malformed(file: name, field: field, found: found, expected: expected, hint: hint)
  }

  /// An error for something valid that cannot be read.
  func unsupported(field: String, found: String, expected: String, hint: String? = nil) -> VitroError {
    VitroError(
      .unsupported, "reading \(name)", "\(field): found \(found), which is not supported; expected \(expected)",
      hint: hint, details: ["file": name, "field": field, "found": found, "expected": expected])
  }

  /// An error for what would take more than the limits allow.
  func tooLarge(field: String, found: String, limit: String, hint: String? = nil) -> VitroError {
    VitroError(
      .memory, "reading \(name)", "\(field): found \(found), beyond the limit of \(limit)",
      hint: hint ?? "Raise the limit (FormatLimits) if this file is to be trusted.",
      details: ["file": name, "field": field, "found": found, "expected": "at most \(limit)"])
  }
}
