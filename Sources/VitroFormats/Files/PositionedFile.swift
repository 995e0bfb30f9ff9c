#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import VitroCore

/// An open file that is read at any position, by any thread, and that notices when it is changed.
///
/// It is read, not mapped: a mapped file that shrinks stops the process.
final class PositionedFile: Sendable {
  let path: String

  private let descriptor: Int32
  private let stamp: FileStamp

  /// Opens a regular file.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the system's reason.
  init(path: String) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw VitroError(
        .file, "reading a file", "the path is empty or holds a zero byte",
        details: ["file": path, "found": "no path", "expected": "a path"])
    }
    // O_NONBLOCK: opening a FIFO would otherwise wait for someone to write to it.
    let descriptor = Int32(SystemCall.retrying { Int(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) })
    guard descriptor >= 0 else { throw SystemCall.failure("reading \(path)", file: path) }
    do {
      stamp = try PositionedFile.stamp(descriptor, path)
    } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The number of bytes when it was opened.
  var size: Int { stamp.size }

  /// Checks that the file is as it was when it was opened.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when its size or its time of modification differs.
  func checkUnchanged() throws { try stamp.check(PositionedFile.stamp(descriptor, path), path) }

  /// Fills `target` with the bytes from a position on.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when they are not all there.
  func read(at position: Int, into target: UnsafeMutableRawBufferPointer) throws {
    guard let address = target.baseAddress else { return }
    var done = 0
    while done < target.count {
      let wanted = min(target.count - done, 1 << 30)
      let got = SystemCall.retrying { pread(descriptor, address + done, wanted, off_t(position + done)) }
      guard got >= 0 else { throw SystemCall.failure("reading \(path)", file: path) }
      guard got > 0 else {
        throw FileStamp.changed(
          path, field: "size", found: "the end at byte \(position + done)", expected: "\(size) bytes")
      }
      done += got
    }
  }

  private static func stamp(_ descriptor: Int32, _ path: String) throws -> FileStamp {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemCall.failure("reading \(path)", file: path) }
    return try FileStamp(status, path)
  }
}
