#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import VitroCore

/// The size and the time of modification of a file, by which a later reader notices that it was changed.
///
/// ```swift
/// let stamp = try FileStamp("digit.png")
/// try stamp.check("digit.png")  // throws when the file is another one by now
/// ```
public struct FileStamp: Sendable, Hashable {
  /// The number of bytes.
  public let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// Looks at a file without opening it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when it is not there or is not a regular file.
  public init(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw SystemCall.failure("reading \(path)", file: path) }
    self = try FileStamp(status, path)
  }

  init(_ status: stat, _ path: String) throws {
    if let kind = SystemCall.irregularKind(mode: status.st_mode) {
      throw VitroError(
        .file, "reading \(path)", "\(path) is \(kind), not a file",
        details: ["file": path, "field": "type", "found": kind, "expected": "a regular file"])
    }
    size = Int(status.st_size)
    #if canImport(Darwin)
    (seconds, nanoseconds) = (Int(status.st_mtimespec.tv_sec), Int(status.st_mtimespec.tv_nsec))
    #else
    (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
    #endif
  }

  /// Checks that a file is as it was.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when its size or its time of modification differs, or it is gone.
  public func check(_ path: String) throws { try check(FileStamp(path), path) }

  func check(_ now: FileStamp, _ path: String) throws {
    if now.size != size {
      throw FileStamp.changed(path, field: "size", found: "\(now.size) bytes", expected: "\(size) bytes")
    }
    if now != self {
      throw FileStamp.changed(
        path, field: "time of modification", found: "another one", expected: "that of the first look")
    }
  }

  static func changed(_ path: String, field: String, found: String, expected: String) -> VitroError {
    VitroError(
      .file, "reading \(path)", "the file changed after it was opened: \(field): found \(found), expected \(expected)",
      hint: "Open it again. To replace a file that is in use, write another one and rename it.",
      details: ["file": path, "field": field, "found": found, "expected": expected])
  }
}
