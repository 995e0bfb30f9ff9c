public import VitroCore

/// A GGUF file: the settings, the vocabulary and the weights of a model, as llama.cpp keeps them.
///
/// ```swift
/// let file = try GGUFFile("model.gguf")
/// let family = try file.string("general.architecture")  // "llama"
/// let tokens = try file.strings("tokenizer.ggml.tokens")  // ["<unk>", "a", "b"]
/// let stored = try file.stored("token_embd.weight")  // Q8_0, as the file has it
/// let embeddings = try stored.rows([2, 0])  // float32 [2, 32]
/// ```
///
/// Opening reads and checks what stands before the weights: that every text, list and tensor lies within the file, that no two tensors
/// overlap, and that each has the bytes its type and shape need. Weights share the file's memory and are widened when they are used.
/// Shapes are row-major, the reverse of the file's order.
///
/// Versions 2 and 3 are read, little-endian. A file of 64 MiB or more is mapped; see ``FileBytes`` for what that asks of whoever
/// rewrites it.
///
/// Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
public struct GGUFFile: Sendable {
  /// What the header says of one tensor.
  public struct Info: Sendable {
    /// The tensor's name, such as `blk.0.attn_q.weight`.
    public let name: String
    /// The type's name in the file, such as `Q4_1`.
    public let storedType: String
    /// The type of the array that it is read as; nothing for a type that Vitro cannot read, such as `IQ2_XS`.
    public let dtype: DType?
    /// The length of each axis, row-major; empty for a scalar.
    public let shape: [Int]
    let type: GGUFType
    /// Where its bytes stand in the file.
    public internal(set) var byteRange: Range<Int>
  }

  /// The file's bytes.
  public let file: FileBytes
  /// The version of the format: 2 or 3.
  public let version: Int
  /// The settings: names of tensors' sizes, of the tokenizer's parts, of the model and its makers.
  public let metadata: [String: Value]
  /// What the header says of each tensor, in the file's order.
  public let tensors: [Info]

  private let indices: [String: Int]

  /// Opens a file and checks what stands before its weights.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` when something does not fit the file or stands
  ///   twice; `unsupported` for version 1, a big-endian file, or a type without a known size; `memory` beyond the limits.
  /// - Complexity: O(metadata and number of tensors); the weights of a mapped file are not touched.
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Opens bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:limits:)-(String,_)``.
  public init(_ file: FileBytes, limits: FormatLimits = .standard) throws {
    let header = try GGUFHeader(file, limits: limits)
    (self.file, version, metadata, tensors) = (file, header.version, header.metadata, header.tensors)
    var indices: [String: Int] = [:]
    for (index, tensor) in tensors.enumerated() {
      guard indices.updateValue(index, forKey: tensor.name) == nil else {
        throw file.malformed(field: "tensors", found: "\(quoted(tensor.name)) twice", expected: "each name once")
      }
    }
    self.indices = indices
  }

  /// Whether bytes begin as a GGUF file does.
  package static func recognizes(_ file: FileBytes) -> Bool { file.prefix(4) == GGUFHeader.magic }

  /// The tensors' names, in the file's order.
  public var names: [String] { tensors.map(\.name) }

  /// What the header says of a tensor.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown name, with the nearest known one.
  public func info(_ name: String) throws -> Info {
    guard let index = indices[name] else {
      throw VitroError.unknownName(name, kind: "tensor", known: names, operation: "reading \(file.name)")
    }
    return tensors[index]
  }

  /// A tensor as the file has it, to be widened when it is used.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown name; `unsupported` for a type that cannot be read.
  /// - Complexity: O(1); O(bytes) for I8 and I16, which become int32.
  public func stored(_ name: String) throws -> StoredArray {
    let info = try info(name)
    let bytes = file.slice(info.byteRange)
    switch info.type.reading {
    case .blocks(let type): return StoredArray(type, shape: info.shape, bytes: bytes)
    case .elements(let type):
      return StoredArray(try bytes.array(of: type, shape: info.shape, field: "tensor \(quoted(name))"))
    case .none:
      throw file.unsupported(
        field: "tensor \(quoted(name)), type", found: info.storedType, expected: GGUFType.readable,
        hint: "Quantize the model to one of these, such as Q8_0.")
    }
  }

  /// Reads one tensor: numbers of F32, F16, BF16, F64, I8, I16, I32 and I64 as they are, quantized ones as float32.
  ///
  /// - Throws: as ``stored(_:)``; `memory` when there is no room.
  /// - Complexity: O(1) when the array shares the file's memory, else O(count).
  public func array(named name: String) throws -> RawArray {
    let stored = try stored(name)
    return try stored.elements ?? stored.values()
  }

  /// Reads some rows of a tensor, as float32 of shape `[indices] + shape[1...]`: the embeddings of tokens.
  ///
  /// - Throws: as ``stored(_:)``; `argument` for a row that is not there.
  /// - Complexity: O(values returned).
  public func rows(named name: String, _ indices: [Int]) throws -> RawArray { try stored(name).rows(indices) }
}
