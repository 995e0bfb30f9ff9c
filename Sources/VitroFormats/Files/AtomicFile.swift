#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import VitroCore

/// Writes files whole or not at all.
///
/// The bytes go to a temporary file in the same folder, which is flushed to the disk and then renamed over the
/// destination; the folder is flushed last. A reader sees the old file or the new one, never half of either, even after
/// a power failure. When writing fails the temporary file is removed and the destination is untouched.
public enum AtomicFile {
  /// Writes what `body` hands to its writer.
  ///
  /// A destination that is a symbolic link keeps being one: the file that it points at is replaced. An existing file's
  /// permissions are kept.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the system's reason, and what `body` throws.
  public static func write(to path: String, _ body: (FileWriter) throws -> Void) throws {
    let destination = resolvingLinks(path)
    let operation = "writing \(path)"
    var status = stat()
    let exists = stat(destination, &status) == 0
    if exists, let kind = SystemCall.irregularKind(mode: status.st_mode) {
      throw VitroError(
        .file, operation, "\(path) is \(kind), not a file",
        details: ["file": path, "field": "type", "found": kind, "expected": "a regular file"])
    }
    let (temporary, descriptor) = try createTemporary(beside: destination, path: path)
    var isOpen = true
    do {
      let writer = FileWriter(descriptor: descriptor, name: path)
      try body(writer)
      try writer.flush()
      if exists, fchmod(descriptor, status.st_mode & 0o7777) != 0 {
        throw SystemCall.failure(operation, file: path)
      }
      guard fsync(descriptor) == 0 else { throw SystemCall.failure(operation, file: path) }
      isOpen = false
      guard close(descriptor) == 0 else { throw SystemCall.failure(operation, file: path) }
      guard rename(temporary, destination) == 0 else { throw SystemCall.failure(operation, file: path) }
    } catch {
      if isOpen { close(descriptor) }
      unlink(temporary)
      throw error
    }
    try flushFolder(of: destination, path: path)
  }

  /// Writes these bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the system's reason.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { writer in try bytes.withUnsafeBytes(writer.write) }
  }

  private static func resolvingLinks(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func folder(of path: String) -> (folder: String, name: String) {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
    let afterSlash = path.utf8.index(after: slash)
    return (String(path[..<afterSlash]), String(path[afterSlash...]))
  }

  private static func createTemporary(beside destination: String, path: String) throws -> (String, Int32) {
    let (folder, name) = folder(of: destination)
    guard !name.isEmpty, !destination.utf8.contains(0) else {
      throw VitroError(
        .file, "writing a file", "'\(path)' names no file",
        details: ["file": path, "field": "path", "found": "'\(path)'", "expected": "the path of a file"])
    }
    for _ in 0..<16 {
      // The name is shortened so that a destination of the longest allowed name still has room for the suffix.
      let temporary = "\(folder).\(name.prefix(40)).\(UInt32.random(in: .min ... .max)).tmp"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (temporary, descriptor) }
      guard errno == EEXIST || errno == EINTR else { break }
    }
    throw SystemCall.failure("writing \(path)", file: path)
  }

  private static func flushFolder(of destination: String, path: String) throws {
    let (folder, _) = folder(of: destination)
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A folder that may be written but not read cannot be flushed; the file itself is safe on the disk.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems do not flush folders and say EINVAL.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw SystemCall.failure("writing \(path)", file: path)
    }
  }
}
