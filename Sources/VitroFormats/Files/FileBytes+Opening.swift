#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import VitroCore

extension FileBytes {
  /// Reads a file, or maps it when it is large.
  ///
  /// Directories, FIFOs, sockets and devices are refused without waiting for them.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` with the system's reason; `memory` when there is no room.
  public init(path: String, limits: FormatLimits = .standard) throws {
    let operation = "reading \(path)"
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw VitroError(.file, "reading a file", "the path is empty or holds a zero byte", details: ["file": path])
    }
    // O_NONBLOCK: opening a FIFO would otherwise wait for someone to write to it.
    let descriptor = Int32(SystemCall.retrying { Int(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) })
    guard descriptor >= 0 else { throw SystemCall.failure(operation, file: path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemCall.failure(operation, file: path) }
    if let kind = SystemCall.irregularKind(mode: status.st_mode) {
      throw VitroError(
        .file, operation, "\(path) is \(kind), not a file",
        details: ["file": path, "field": "type", "found": kind, "expected": "a regular file"])
    }
    let size = Int(status.st_size)
    let buffer =
      size >= max(limits.mappingThreshold, 1)
      ? try FileBytes.map(descriptor, size: size, path: path) : try FileBytes.read(descriptor, size: size, path: path)
    self.init(name: path, buffer: buffer, offset: 0, count: size)
  }

  private static func read(_ descriptor: Int32, size: Int, path: String) throws -> Buffer {
    let buffer = try Buffer(byteCount: size)
    var done = 0
    while done < size {
      let got = SystemCall.readSome(descriptor, buffer.address + done, size - done)
      guard got >= 0 else { throw SystemCall.failure("reading \(path)", file: path) }
      guard got > 0 else {
        throw VitroError(
          .file, "reading \(path)", "the file shrank to \(done) bytes while it was read",
          details: ["file": path, "field": "size", "found": "\(done) bytes", "expected": "\(size) bytes"])
      }
      done += got
    }
    return buffer
  }

  private static func map(_ descriptor: Int32, size: Int, path: String) throws -> Buffer {
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw SystemCall.failure("mapping \(path)", file: path)
    }
    return Buffer(adopting: address, byteCount: size) { address, count in munmap(address, count) }
  }
}
