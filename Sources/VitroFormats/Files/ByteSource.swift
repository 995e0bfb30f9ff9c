internal import VitroCore

/// Bytes that come one stretch after another: from memory, or out of a compressed stream.
protocol ByteSource {
  /// The file, for errors.
  var file: FileBytes { get }
  /// The most bytes that can still come; exact when ``isExact``.
  var remainingBound: Int { get }
  /// Whether ``remainingBound`` is what will come.
  var isExact: Bool { get }
  /// Fills as much of `target` as there are bytes; less than all of it only at the end.
  mutating func read(into target: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
  /// The next `length` bytes, fewer at the end.
  mutating func bytes(_ length: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: length) { target, count in
      count = try read(into: UnsafeMutableRawBufferPointer(target))
    }
  }

  /// Reads the elements of an array of a declared shape, which must be all that is left.
  ///
  /// Memory grows as elements arrive; a shape that the rest of the source cannot fill is refused before any is taken.
  mutating func array(
    of decoder: ElementDecoder, shape: [Int], field: String, limits: FormatLimits
  ) throws -> RawArray {
    let count = try file.checkedCount(of: shape, field: field)
    let (stored, kept) = (decoder.type.byteWidth, decoder.type.dtype.byteWidth)
    guard count * stored <= remainingBound, !isExact || count * stored == remainingBound else {
      throw file.malformed(
        field: field, found: "\(shape), that is \(count * stored) bytes",
        expected: isExact
          ? "the \(remainingBound) bytes that follow"
          : "at most the \(remainingBound) bytes that the compressed data can hold")
    }
    guard count * kept <= limits.maximumBytes else {
      throw file.tooLarge(field: field, found: "\(shape), \(count * kept) bytes", limit: "\(limits.maximumBytes) bytes")
    }
    let memory = try GrowingMemory(bound: count * kept, proven: isExact)
    let chunk = 1 << 13
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk * stored, alignment: 16)
    defer { scratch.deallocate() }
    var done = 0
    while done < count {
      let wanted = min(chunk, count - done)
      let part = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(wanted * stored)])
      let got = try read(into: part)
      guard got == part.count else {
        throw file.malformed(
          field: field, found: "\(done * stored + got) bytes of elements, then the end",
          expected: "\(count * stored) bytes for \(shape)")
      }
      let target = try memory.room(for: wanted * kept)
      if let index = decoder.decode(UnsafeRawBufferPointer(part), into: target) {
        throw file.unsupported(
          field: "element \(done + index)", found: "a uint64 above \(Int64.max)", expected: "values that fit int64")
      }
      memory.advance(by: wanted * kept)
      done += wanted
    }
    try expectEnd(field: field, expected: "nothing after the \(count * stored) bytes of \(shape)")
    return RawArray(dtype: decoder.type.dtype, shape: shape, buffer: try memory.finish())
  }

  /// Checks that nothing is left.
  mutating func expectEnd(field: String, expected: String) throws {
    guard try bytes(1).isEmpty else { throw file.malformed(field: field, found: "more bytes", expected: expected) }
  }
}

/// Bytes that lie in memory.
struct MemorySource: ByteSource {
  let file: FileBytes
  private(set) var position = 0

  init(_ file: FileBytes) { self.file = file }

  var remainingBound: Int { file.count - position }
  var isExact: Bool { true }

  mutating func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    let length = min(target.count, remainingBound)
    file.withBytes { bytes in target.copyBytes(from: bytes[position..<(position + length)]) }
    position += length
    return length
  }
}
