public import VitroCore

/// A checkpoint of llama2.c: a small Llama in one file of plain numbers.
///
/// Version 0 (legacy, without a magic number), 1 (the same behind a header) and 2 (8-bit integers in groups with a scale) are read.
/// Tensors bear the names of llama2.c's PyTorch model, such as `layers.0.attention.wq.weight`, with shapes `[outputs, inputs]`, and
/// share the file's memory. The tables of rotations that version 0 holds follow from the sizes and are skipped.
///
/// Format: `export.py` and `run.c` of <https://github.com/karpathy/llama2.c>.
public struct Llama2CCheckpoint: Sendable {
  /// The sizes of the model.
  public struct Configuration: Sendable, Hashable {
    /// The length of the residual stream (`dim`).
    public let width: Int
    /// The number of neurons of a layer's MLP (`hidden_dim`).
    public let hiddenWidth: Int
    /// The number of layers (`n_layers`).
    public let layers: Int
    /// The number of query heads (`n_heads`).
    public let heads: Int
    /// The number of key and value heads (`n_kv_heads`).
    public let keyValueHeads: Int
    /// The number of tokens (`vocab_size`).
    public let vocabulary: Int
    /// The most tokens of a text (`seq_len`).
    public let contextLength: Int
    /// Whether the output layer is the embedding, transposed; otherwise there is an `output.weight`.
    public let sharesClassifier: Bool
  }

  /// The file's bytes.
  public let file: FileBytes
  /// The version of the format: 0, 1 or 2.
  public let version: Int
  /// The sizes of the model.
  public let configuration: Configuration
  /// The tensors' names, in the file's order.
  public let names: [String]

  private let tensors: [String: StoredArray]

  /// Opens a file and checks that it has exactly the bytes that its sizes need.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` when sizes are impossible or do not fit the file;
  ///   `unsupported` for another version.
  /// - Complexity: O(layers); the weights of a mapped file are not touched.
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits))
  }

  /// Opens bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:limits:)``.
  public init(_ file: FileBytes) throws {
    let header = try Llama2CHeader(file)
    var layout = Llama2CLayout(header, file)
    try layout.arrange()
    (self.file, version, configuration) = (file, header.version, header.configuration)
    (names, tensors) = (layout.names, layout.tensors)
  }

  /// Whether bytes are a checkpoint: a version 0 has no magic number, but its size tells.
  package static func recognizes(_ file: FileBytes) -> Bool { (try? Llama2CCheckpoint(file)) != nil }

  /// A tensor as the file has it, to be widened when it is used.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown name, with the nearest known one.
  /// - Complexity: O(1).
  public func stored(_ name: String) throws -> StoredArray {
    guard let tensor = tensors[name] else {
      throw VitroError.unknownName(name, kind: "tensor", known: names, operation: "reading \(file.name)")
    }
    return tensor
  }

  /// Reads one tensor, as float32.
  ///
  /// - Throws: as ``stored(_:)``; `memory` when there is no room.
  /// - Complexity: O(1) in versions 0 and 1, where the array shares the file's memory, else O(count).
  public func array(named name: String) throws -> RawArray { try stored(name).values() }
}
