public import VitroCore

/// NumPy's `.npz` archive: named arrays, each an `.npy` file in a zip archive, read when they are asked for.
///
/// Stored and deflated members and zip64 are read. Every size is checked against the archive, inflating stops as soon as
/// a member gives more than it declares, and checksums are verified.
///
/// ```swift
/// let file = try NPZFile("test.npz")
/// let names = file.names  // ["x", "y"]
/// let labels = try Tensor(file.array(named: "y"))
/// ```
public struct NPZFile: Sendable {
  /// The arrays' names, in the order of the archive, without their `.npy`.
  public let names: [String]

  private let archive: ZipArchive
  private let members: [String: Int]
  private let limits: FormatLimits

  /// Opens a file and checks its directory.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` for a directory that lies; `memory` beyond the
  ///   limits.
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Opens bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:limits:)-(String,_)``.
  public init(_ file: FileBytes, limits: FormatLimits = .standard) throws {
    try self.init(ZipArchive(file, limits: limits), limits: limits)
  }

  init(_ archive: ZipArchive, limits: FormatLimits) throws {
    self.archive = archive
    self.limits = limits
    var (names, members): ([String], [String: Int]) = ([], [:])
    for (index, member) in archive.members.enumerated() where member.name.hasSuffix(".npy") {
      let name = String(member.name.dropLast(4))
      names.append(name)
      members[name] = index
    }
    (self.names, self.members) = (names, members)
  }

  /// Reads one array.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown name, with the nearest known one; else as ``NPY``'s reading.
  public func array(named name: String) throws -> RawArray {
    guard let index = members[name] else {
      throw VitroError.unknownName(name, kind: "array", known: names, operation: "reading \(archive.file.name)")
    }
    var source = try ZipMemberSource(archive.members[index], in: archive.file)
    return try NPY.read(from: &source, limits: limits)
  }
}

/// Writes NumPy's `.npz` archives.
///
/// ```swift
/// try NPZ.write([("x", x), ("y", y)], compressed: true, to: "test.npz")
/// ```
public enum NPZ {
  /// Writes named arrays, atomically; stored as they are, or deflated when asked.
  ///
  /// The same arrays always give the same bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for a name used twice; `unsupported` for bfloat16; `file` when it cannot be
  ///   written.
  public static func write(
    _ arrays: [(name: String, array: RawArray)], compressed: Bool = false, to path: String
  ) throws {
    try AtomicFile.write(to: path) { file in
      try withoutActuallyEscaping({ (bytes: UnsafeRawBufferPointer) in try file.write(bytes) }) { emit in
        try write(arrays, compressed: compressed, with: ZipWriter(emit: emit), operation: "writing \(path)")
      }
    }
  }

  /// The bytes of an `.npz` archive with these arrays.
  ///
  /// - Throws: as ``write(_:compressed:to:)``, except `file`.
  public static func encode(
    _ arrays: [(name: String, array: RawArray)], compressed: Bool = false
  ) throws -> [UInt8] {
    try encode(arrays, compressed: compressed, forcesZip64: false)
  }

  /// The same, with zip64's long fields even where short ones would do when `forcesZip64`, for tests.
  package static func encode(
    _ arrays: [(name: String, array: RawArray)], compressed: Bool, forcesZip64: Bool
  ) throws -> [UInt8] {
    var result: [UInt8] = []
    try withoutActuallyEscaping({ (bytes: UnsafeRawBufferPointer) in result.append(contentsOf: bytes) }) { emit in
      let writer = ZipWriter(forcesZip64: forcesZip64, emit: emit)
      try write(arrays, compressed: compressed, with: writer, operation: "encoding .npz")
    }
    return result
  }

  private static func write(
    _ arrays: [(name: String, array: RawArray)], compressed: Bool, with writer: ZipWriter, operation: String
  ) throws {
    var names: Set<String> = []
    for (name, array) in arrays {
      guard names.insert(name).inserted, name.utf8.count < 60_000 else {
        throw VitroError(
          .argument, operation, "the name \(quoted(name)) is used twice, or too long",
          details: ["field": "name", "found": name, "expected": "each name once"])
      }
      let header = try NPY.header(for: array, operation: operation)
      try header.withUnsafeBytes { header in
        try array.withBytes { elements in
          try writer.append(name: name + ".npy", parts: [header, elements], compressed: compressed)
        }
      }
    }
    try writer.finish()
  }
}
