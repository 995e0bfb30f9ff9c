public import VitroCore

/// The rows of an IDX file, read when they are asked for: the file may be larger than memory.
///
/// A plain file stays on the disk. A file compressed with gzip has no order of access but from its beginning, so it is held
/// decompressed, within the limits.
///
/// ```swift
/// let images = try IDXRows("train-images-idx3-ubyte")
/// let some = Tensor(try images.rows([5, 0, 1]))  // uint8 [3, 28, 28]
/// ```
public struct IDXRows: Sendable {
  /// The file's path.
  public let path: String
  /// The type of the elements as they are read.
  public let dtype: DType
  /// The length of each axis; the first counts the rows.
  public let shape: [Int]

  private enum Storage {
    case file(PositionedFile, IDXHeader)
    case memory(RawArray)
  }

  private let storage: Storage
  private let rowCount: Int
  private let limits: FormatLimits

  /// Opens a file and checks its header against its size.
  ///
  /// - Parameters:
  ///   - path: The file, plain or compressed.
  ///   - limits: Their `maximumBytes` bounds what a compressed file may take, and what one call of ``rows(_:)`` may.
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` for a header or a size that lies; `memory`
  ///   beyond the limits.
  /// - Complexity: O(1) for a plain file, O(bytes) for a compressed one.
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    let file = try PositionedFile(path: path)
    var start = [UInt8](repeating: 0, count: min(file.size, IDXHeader.maximumLength))
    try start.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    if Gzip.recognizes(start) {
      let array = try IDXRows.decompressed(path, limits)
      (dtype, shape, storage) = (array.dtype, array.shape, .memory(array))
    } else {
      let named = try FileBytes(name: path, start)
      var source = MemorySource(named)
      let header = try IDXHeader(from: &source)
      let (count, width) = (try named.checkedCount(of: header.shape, field: "shape"), header.element.stored.byteWidth)
      guard count * width == file.size - header.length else {
        throw named.malformed(
          field: "shape", found: "\(header.shape), that is \(count * width) bytes",
          expected: "the \(file.size - header.length) bytes that follow")
      }
      (dtype, shape, storage) = (header.element.stored.dtype, header.shape, .file(file, header))
    }
    guard let count = shape.first else {
      throw VitroError.malformed(
        file: path, field: "number of axes", found: "0", expected: "at least 1, the first counting the rows")
    }
    self.path = path
    self.limits = limits
    rowCount = count
  }

  /// The number of rows.
  public var count: Int { rowCount }

  /// The memory that is held: that of a compressed file's contents, none for a plain file.
  public var residentBytes: Int {
    switch storage {
    case .file: 0
    case .memory(let array): array.byteCount
    }
  }

  /// The shape of one row.
  public var rowShape: [Int] { Array(shape.dropFirst()) }

  /// The rows of given numbers, in that order, as an array `[rows, …]`.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a row that does not exist; `file` when the file changed after it was
  ///   opened; `memory` when the rows take more than the limits allow.
  /// - Complexity: O(bytes of the rows); rows that follow one another are read in one go.
  public func rows(_ indices: [Int]) throws -> RawArray {
    if let wrong = indices.first(where: { !(0..<rowCount).contains($0) }) {
      throw VitroError(
        .argument, "reading \(path)", "row \(wrong) of \(rowCount) is asked for",
        details: ["file": path, "field": "row", "found": "\(wrong)", "expected": "0 to \(rowCount - 1)"])
    }
    let rowElements = rowShape.contains(0) ? 0 : rowShape.reduce(1, *)
    let (bytes, overflow) = (rowElements * dtype.byteWidth).multipliedReportingOverflow(by: indices.count)
    guard !overflow, bytes <= limits.maximumBytes else {
      throw VitroError(
        .memory, "reading \(path)",
        "\(indices.count) rows at once take more than the \(limits.maximumBytes) bytes allowed",
        hint: "Ask for fewer rows at once.",
        details: ["file": path, "found": "\(indices.count) rows", "expected": "at most \(limits.maximumBytes) bytes"])
    }
    return try RawArray(dtype: dtype, shape: [indices.count] + rowShape) { target in
      guard rowElements > 0 else { return }
      switch storage {
      case .memory(let array): copy(indices, of: array, rowElements * dtype.byteWidth, into: target)
      case .file(let file, let header): try read(indices, of: file, header, rowElements, into: target)
      }
    }
  }

  private func copy(
    _ indices: [Int], of array: RawArray, _ width: Int, into target: UnsafeMutableRawBufferPointer
  ) {
    array.withBytes { bytes in
      for (place, row) in indices.enumerated() {
        UnsafeMutableRawBufferPointer(rebasing: target[(place * width)..<((place + 1) * width)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[(row * width)..<((row + 1) * width)]))
      }
    }
  }

  private func read(
    _ indices: [Int], of file: PositionedFile, _ header: IDXHeader, _ rowElements: Int,
    into target: UnsafeMutableRawBufferPointer
  ) throws {
    try file.checkUnchanged()
    let decoder = ElementDecoder(type: header.element.stored, bigEndian: true)
    let (stored, kept) = (rowElements * decoder.type.byteWidth, rowElements * decoder.type.dtype.byteWidth)
    // Bytes need no decoding, and so no room on the way.
    let isDirect = decoder.type == .uint8
    let rowsAtOnce = isDirect ? indices.count : max(1, (1 << 20) / stored)
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: isDirect ? 0 : min(rowsAtOnce, indices.count) * stored, alignment: 16)
    defer { scratch.deallocate() }
    var place = 0
    while place < indices.count {
      var length = 1
      while length < rowsAtOnce, place + length < indices.count, indices[place + length] == indices[place] + length {
        length += 1
      }
      let part = UnsafeMutableRawBufferPointer(rebasing: target[(place * kept)..<((place + length) * kept)])
      let position = header.length + indices[place] * stored
      if isDirect {
        try file.read(at: position, into: part)
      } else {
        let raw = UnsafeMutableRawBufferPointer(rebasing: scratch[..<(length * stored)])
        try file.read(at: position, into: raw)
        _ = decoder.decode(UnsafeRawBufferPointer(raw), into: part)
      }
      place += length
    }
    try file.checkUnchanged()
  }

  private static func decompressed(_ path: String, _ limits: FormatLimits) throws -> RawArray {
    do {
      return try IDX.read(path, limits: limits)
    } catch var error as VitroError where error.code == .memory {
      error.hint = "Decompress it first with gunzip: a plain file is read row by row."
      throw error
    }
  }
}
