public import VitroCore

/// A safetensors file: named arrays that are read one by one, when they are asked for.
///
/// ```swift
/// let file = try SafetensorsFile("model.safetensors")
/// let names = file.names  // ["embed.weight"]
/// let weight = try file.array(named: "embed.weight")
/// ```
///
/// Opening reads and checks the header: that every tensor has its size, and that together they cover the file without
/// holes or overlaps. Arrays of F64, F32, F16, BF16, I64, I32 and U8 share the file's memory when they are aligned in
/// it; others are copied: I8, I16 and U16 become int32, U32 and U64 int64.
///
/// A file of 64 MiB or more is mapped, not read; see ``FileBytes`` for what that asks of whoever rewrites it.
///
/// Format: <https://github.com/huggingface/safetensors>.
public struct SafetensorsFile: Sendable {
  /// What the header says of one tensor.
  public struct Info: Sendable, Hashable {
    /// The tensor's name.
    public let name: String
    /// The element type's name in the file, such as `BF16`.
    public let storedType: String
    /// The type of the array that it is read as; nothing for a type that Vitro cannot read, such as `F8_E4M3`.
    public let dtype: DType?
    /// The length of each axis; empty for a scalar.
    public let shape: [Int]
    /// Where its bytes stand in the file.
    public internal(set) var byteRange: Range<Int>
  }

  /// The file's bytes.
  public let file: FileBytes
  /// The header's free-form texts (`__metadata__`).
  public let metadata: [String: String]
  /// What the header says of each tensor, in the order of their bytes.
  public let tensors: [Info]

  private let indices: [String: Int]

  /// Opens a file and checks its header.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` when the header is not JSON, lists a tensor
  ///   twice, declares sizes that do not fit the file, or leaves holes; `memory` beyond the limits.
  /// - Complexity: O(header); the tensors of a mapped file are not touched.
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Opens bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:limits:)-(String,_)``.
  public init(_ file: FileBytes, limits: FormatLimits = .standard) throws {
    let header = try SafetensorsHeader(file, limits: limits)
    self.file = file
    metadata = header.metadata
    tensors = header.tensors
    indices = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  /// The tensors' names, in the order of their bytes.
  public var names: [String] { tensors.map(\.name) }

  func contains(_ name: String) -> Bool { indices[name] != nil }

  /// What the header says of a tensor.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown name, with the nearest known one.
  public func info(_ name: String) throws -> Info {
    guard let index = indices[name] else {
      throw VitroError.unknownName(name, kind: "tensor", known: names, operation: "reading \(file.name)")
    }
    return tensors[index]
  }

  /// Reads one tensor.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown name; `unsupported` for a type that Vitro has no array for, or
  ///   a U64 above int64's range.
  /// - Complexity: O(1) when the array shares the file's memory, else O(bytes).
  public func array(named name: String) throws -> RawArray {
    let info = try info(name)
    guard let stored = SafetensorsType.stored(info.storedType) else {
      throw file.unsupported(
        field: "tensor \(quoted(name)), dtype", found: info.storedType, expected: SafetensorsType.readable,
        hint: "Convert the tensor to float32 or bfloat16 before saving it.")
    }
    return try file.slice(info.byteRange).array(of: stored, shape: info.shape, field: "tensor \(quoted(name))")
  }
}
