internal import VitroCore

/// Appends bytes to a file that ``AtomicFile`` is writing.
public final class FileWriter {
  /// The number of bytes written so far.
  public private(set) var count = 0

  private let descriptor: Int32
  private let name: String
  private var pending: [UInt8] = []

  private static let chunk = 1 << 16

  init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
    pending.reserveCapacity(FileWriter.chunk)
  }

  /// Appends bytes; small pieces are gathered.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the system's reason.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    count += bytes.count
    if bytes.count < FileWriter.chunk {
      pending.append(contentsOf: bytes)
      if pending.count >= FileWriter.chunk { try flush() }
    } else {
      try flush()
      try writeThrough(bytes)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the system's reason.
  public func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes(write) }

  /// Appends a text's UTF-8.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the system's reason.
  public func write(_ text: String) throws { try write(Array(text.utf8)) }

  func flush() throws {
    try pending.withUnsafeBytes(writeThrough)
    pending.removeAll(keepingCapacity: true)
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while let address = rest.baseAddress, rest.count > 0 {
      let written = SystemCall.writeSome(descriptor, address, rest.count)
      guard written >= 0 else { throw SystemCall.failure("writing \(name)", file: name) }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}
