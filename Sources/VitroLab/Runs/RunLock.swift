#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import Foundation
internal import VitroCore

/// A lock on a file that the system takes back when its process ends, however it ends.
///
/// A run is alive while its lock is held: neither a process number that was given again nor a clock can mislead.
final class RunLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock; waits for `patience` seconds at most.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when the file cannot be made; returns `nil` when another holds the lock.
  init?(_ url: URL, patience: Double = 1) throws {
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw VitroError(
        .file, "locking \(url.path)", "the file cannot be opened: \(String(cString: strerror(errno)))",
        hint: "Is the directory writable? --store DIR uses another.", details: ["file": url.path])
    }
    let deadline = ContinuousClock.now + .seconds(patience)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
        close(descriptor)
        return nil
      }
      usleep(2000)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Whether someone holds the lock.
  static func isHeld(_ url: URL) -> Bool {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A shared lock, so that those who ask do not take one another for the holder.
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
