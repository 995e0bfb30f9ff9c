public import VitroCore

/// Reads and writes IDX files, the format of MNIST and its kin, plain or compressed with gzip.
///
/// All six element types are read: uint8, int8 and int16 (as int32), int32, float32 and float64, with up to 8 axes.
/// Format: two zero bytes, the type, the number of axes, each length and then the elements, all big-endian.
///
/// ```swift
/// let labels = try Tensor([UInt8]([7, 2, 1]))
/// try IDX.write(labels.raw, to: "labels-idx1-ubyte.gz")
/// let again = Tensor(try IDX.read("labels-idx1-ubyte.gz"))
/// ```
public enum IDX {
  /// The types of elements, with their codes in the file.
  public enum Element: UInt8, Sendable, Hashable, CaseIterable {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0b
    case int32 = 0x0c
    case float32 = 0x0d
    case float64 = 0x0e

    var stored: StoredType {
      switch self {
      case .uint8: .uint8
      case .int8: .int8
      case .int16: .int16
      case .int32: .int32
      case .float32: .float32
      case .float64: .float64
      }
    }
  }

  static let maximumRank = 8

  /// Reads the array of a file, compressed or not: the first bytes tell.
  ///
  /// Nothing is allocated for what the header declares before elements arrive, and a shape that the rest of the file
  /// cannot hold is refused at once.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` for a header or a size that lies; `memory`
  ///   beyond the limits.
  public static func read(_ path: String, limits: FormatLimits = .standard) throws -> RawArray {
    try read(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Reads the array of bytes that are already in memory, compressed or not.
  ///
  /// - Throws: as ``read(_:limits:)-(String,_)``.
  public static func read(_ file: FileBytes, limits: FormatLimits = .standard) throws -> RawArray {
    if Gzip.recognizes(file.prefix(2)) {
      var source = try GzipSource(file)
      return try read(from: &source, limits: limits)
    }
    var source = MemorySource(file)
    return try read(from: &source, limits: limits)
  }

  private static func read(from source: inout some ByteSource, limits: FormatLimits) throws -> RawArray {
    let header = try IDXHeader(from: &source)
    return try source.array(
      of: ElementDecoder(type: header.element.stored, bigEndian: true), shape: header.shape, field: "shape",
      limits: limits)
  }
}
