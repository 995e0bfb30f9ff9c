internal import VitroCore

/// What an IDX file says of itself before its elements.
struct IDXHeader {
  let element: IDX.Element
  let shape: [Int]

  /// The most bytes that a header takes.
  static let maximumLength = 4 + 4 * IDX.maximumRank

  /// The bytes that this header takes.
  var length: Int { 4 + 4 * shape.count }

  /// Reads the header, up to the first element.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`) with the field that lies.
  init(from source: inout some ByteSource) throws {
    let file = source.file
    let start = try source.bytes(4)
    guard start.count == 4, start[0] == 0, start[1] == 0 else {
      throw file.malformed(
        field: "magic", found: start.isEmpty ? "an empty file" : "the bytes \(start)",
        expected: "two zero bytes, a type and a number of axes")
    }
    guard let element = IDX.Element(rawValue: start[2]) else {
      throw file.malformed(
        field: "type", found: "code \(start[2])",
        expected: "8 (uint8), 9 (int8), 11 (int16), 12 (int32), 13 (float32) or 14 (float64)")
    }
    let rank = Int(start[3])
    guard rank <= IDX.maximumRank else {
      throw file.malformed(field: "number of axes", found: "\(rank)", expected: "at most \(IDX.maximumRank)")
    }
    let lengths = try source.bytes(4 * rank)
    guard lengths.count == 4 * rank else {
      throw file.malformed(
        field: "shape", found: "\(lengths.count) bytes, then the end", expected: "\(4 * rank) bytes for \(rank) axes")
    }
    self.element = element
    shape = lengths.withUnsafeBytes { bytes in
      (0..<rank).map { Int(bytes.integer(UInt32.self, at: 4 * $0, bigEndian: true) ?? 0) }
    }
  }
}
