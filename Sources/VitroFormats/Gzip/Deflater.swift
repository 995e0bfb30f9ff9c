internal import CZlib
internal import VitroCore

/// Deflates bytes a stretch at a time and hands on what comes out.
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private var output = [UInt8](repeating: 0, count: 1 << 16)

  init(wrapping: Inflater.Wrapping, level: Int = 6) throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      stream, Int32(min(max(level, 0), 9)), Z_DEFLATED, wrapping == .gzip ? 15 + 16 : -15, 8, Z_DEFAULT_STRATEGY,
      ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw VitroError(.memory, "compress", "zlib cannot start (status \(status))")
    }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func write(_ bytes: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    var rest = bytes
    while let address = rest.baseAddress, rest.count > 0 {
      let size = min(rest.count, 1 << 30)
      // zlib only reads through next_in; its C declaration lacks the const.
      stream.pointee.next_in = UnsafeMutableRawPointer(mutating: address).assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(size)
      try drain(Z_NO_FLUSH, emit)
      rest = UnsafeRawBufferPointer(rebasing: rest[size...])
    }
  }

  func finish(_ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    stream.pointee.next_in = nil
    stream.pointee.avail_in = 0
    try drain(Z_FINISH, emit)
  }

  private func drain(_ flush: Int32, _ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    var isDone = false
    while !isDone {
      try output.withUnsafeMutableBytes { target in
        stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(target.count)
        let status = deflate(stream, flush)
        guard status != Z_STREAM_ERROR else {
          throw VitroError(.memory, "compress", "zlib lost its state (status \(status))")
        }
        let produced = target.count - Int(stream.pointee.avail_out)
        if produced > 0 { try emit(UnsafeRawBufferPointer(rebasing: target[..<produced])) }
        isDone = flush == Z_FINISH ? status == Z_STREAM_END : stream.pointee.avail_out > 0
      }
    }
  }
}
