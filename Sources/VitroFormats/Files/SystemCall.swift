#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
internal import VitroCore

/// The calls to the operating system, with their failures as errors.
enum SystemCall {
  /// The error for the system call that just failed, with the system's own words.
  static func failure(_ operation: String, file: String, number: Int32 = errno) -> VitroError {
    var hint: String?
    switch number {
    case ENOENT: hint = "Check the path."
    case EACCES, EPERM: hint = "Check the permissions of the file and of its folder."
    case ENOSPC: hint = "Free some space on the disk."
    default: break
    }
    return VitroError(
      .file, operation, operation.contains(file) ? text(of: number) : "\(file): \(text(of: number))", hint: hint,
      details: ["file": file, "errno": String(number), "found": text(of: number)])
  }

  /// The system's description of an error number.
  static func text(of number: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// What a mode says the file is, if it is not a regular file.
  static func irregularKind(mode: mode_t) -> String? {
    switch mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a directory"
    case S_IFIFO: "a FIFO"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something else"
    }
  }

  /// Reads some bytes, -1 on failure.
  static func readSome(_ descriptor: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
    retrying { read(descriptor, target, min(count, 1 << 30)) }
  }

  /// Writes some bytes, -1 on failure.
  static func writeSome(_ descriptor: Int32, _ source: UnsafeRawPointer, _ count: Int) -> Int {
    retrying { write(descriptor, source, min(count, 1 << 30)) }
  }

  /// Repeats a call for as long as a signal interrupts it.
  static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result != -1 || errno != EINTR { return result }
    }
  }
}
