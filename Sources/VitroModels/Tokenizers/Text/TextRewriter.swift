import VitroCore

/// Writes a new version of a text while it walks over the old one, scalar by scalar, and carries the origins along.
struct TextRewriter {
  private let source: AlignedText
  private let end: Int
  private var bytes: [UInt8] = []
  private var origins: [AlignedText.Origin] = []
  private var hasOverflown = false
  /// The byte of the old text that is next.
  private(set) var position: Int

  /// Rewrites a range of `source`.
  init(_ source: AlignedText, _ range: Range<Int>) {
    (self.source, position, end) = (source, range.lowerBound, range.upperBound)
    bytes.reserveCapacity(range.count)
    origins.reserveCapacity(range.count)
  }

  /// Rewrites all of `source`.
  init(_ source: AlignedText) { self.init(source, 0..<source.bytes.count) }

  /// The bytes written so far.
  var count: Int { bytes.count }

  /// The next scalar of the old text, and how many bytes it takes.
  func peek() -> (scalar: Unicode.Scalar, length: Int)? {
    position < end ? decodeScalar(source.bytes, position) : nil
  }

  /// Copies the next scalar.
  mutating func keep() {
    guard let next = peek() else { return }
    copy(next.length)
  }

  /// Copies the next `length` bytes, which end with a scalar's end.
  mutating func copy(_ length: Int) {
    for index in position..<(position + length) {
      bytes.append(source.bytes[index])
      origins.append(source.origin(at: index))
    }
    position += length
  }

  /// Steps over the next scalar.
  mutating func drop() { position += peek()?.length ?? 0 }

  /// Steps over the next bytes.
  mutating func drop(bytes count: Int) { position = min(position + count, end) }

  /// Writes a scalar in place of the next one.
  mutating func replace(with scalar: Unicode.Scalar) {
    guard let next = peek() else { return insert(scalar) }
    append(scalar, source.origin(at: position))
    position += next.length
  }

  /// Writes a scalar that stands for the same as the last byte of the old text that was passed.
  mutating func insert(_ scalar: Unicode.Scalar) {
    append(scalar, position > 0 ? source.origin(at: position - 1) : emptyOrigin)
  }

  /// Writes a scalar with a given origin.
  mutating func insert(_ scalar: Unicode.Scalar, origin: AlignedText.Origin) { append(scalar, origin) }

  /// Writes one scalar of a stream as Unicode normalization gives it: `change` is 1 for one that was not there, and
  /// −n for one after which n scalars of the old text fall away.
  mutating func emit(_ scalar: Unicode.Scalar, change: Int) {
    guard change <= 0 else { return insert(scalar) }
    replace(with: scalar)
    for _ in 0..<(-change) { drop() }
  }

  private var emptyOrigin: AlignedText.Origin {
    AlignedText.Origin(start: Int32(source.base), end: Int32(source.base))
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ origin: AlignedText.Origin) {
    guard bytes.count < source.limit else {
      hasOverflown = true
      return
    }
    appendUTF8(scalar, to: &bytes)
    while origins.count < bytes.count { origins.append(origin) }
  }

  /// The new text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when it grew beyond all measure.
  func finish() throws -> AlignedText {
    guard !hasOverflown, bytes.count <= source.limit else {
      throw VitroError(
        .unsupported, "tokenizing", "the normalized text is longer than \(source.limit) bytes",
        hint: "A normalizer of this tokenizer lengthens the text beyond reason.",
        details: ["found": "more than \(source.limit) bytes", "expected": "at most \(source.limit) bytes"])
    }
    return source.replacing(bytes, origins)
  }
}

/// The scalar that begins at a byte of valid UTF-8, and how many bytes it takes.
@inline(__always)
func decodeScalar(_ bytes: [UInt8], _ position: Int) -> (scalar: Unicode.Scalar, length: Int) {
  bytes.withUnsafeBufferPointer { decodeScalar($0, position) }
}

/// The scalar that begins at a byte of valid UTF-8, and how many bytes it takes.
@inline(__always)
func decodeScalar(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> (scalar: Unicode.Scalar, length: Int) {
  let first = UInt32(bytes[position])
  if first < 0x80 { return (Unicode.Scalar(UInt8(first)), 1) }
  func next(_ index: Int) -> UInt32 { position + index < bytes.count ? UInt32(bytes[position + index]) & 0x3f : 0 }
  let (value, length): (UInt32, Int) =
    if first < 0xe0 {
      ((first & 0x1f) << 6 | next(1), 2)
    } else if first < 0xf0 {
      ((first & 0x0f) << 12 | next(1) << 6 | next(2), 3)
    } else {
      ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
    }
  return (Unicode.Scalar(value) ?? "\u{fffd}", min(length, bytes.count - position))
}

/// Appends a scalar's UTF-8.
@inline(__always)
func appendUTF8(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
  let value = scalar.value
  if value < 0x80 {
    bytes.append(UInt8(value))
  } else if value < 0x800 {
    bytes.append(UInt8(0xc0 | value >> 6))
    bytes.append(UInt8(0x80 | value & 0x3f))
  } else if value < 0x10000 {
    bytes.append(UInt8(0xe0 | value >> 12))
    bytes.append(UInt8(0x80 | value >> 6 & 0x3f))
    bytes.append(UInt8(0x80 | value & 0x3f))
  } else {
    bytes.append(UInt8(0xf0 | value >> 18))
    bytes.append(UInt8(0x80 | value >> 12 & 0x3f))
    bytes.append(UInt8(0x80 | value >> 6 & 0x3f))
    bytes.append(UInt8(0x80 | value & 0x3f))
  }
}
