#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif
public import VitroCore

/// The tensors of a model in one safetensors file, or in several with an index: the same to whoever reads them.
///
/// Opening reads the index and every file's header, and checks that each tensor is in the file that the index names, and in no
/// other. Tensors that the index leaves out are left out here. The files lie in the index's folder: a name that leads elsewhere is
/// refused.
public struct SafetensorsCollection: Sendable {
  /// The file that was opened: the one with the tensors, or the index.
  public let path: String
  /// The files that hold tensors, in the order in which the index first names them.
  public let files: [SafetensorsFile]
  /// The tensors' names: in the order of their bytes, or of the index.
  public let names: [String]

  private let shards: [String: Int]

  /// Opens a `.safetensors` file, an index (`model.safetensors.index.json`), or a folder that has `model.safetensors` or an index.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when one of the files cannot be read; `malformed` for an index that is not true, and
  ///   as ``SafetensorsFile``; `unsupported` for an index of pickles.
  /// - Complexity: O(index and headers); the tensors of mapped files are not touched.
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    let chosen = try SafetensorsCollection.file(in: path)
    if chosen.hasSuffix(".json") {
      let index = try FileBytes(path: chosen, limits: limits)
      try self.init(index: index, limits: limits) { name in
        try SafetensorsFile(FileBytes.path(of: name, beside: chosen), limits: limits)
      }
    } else {
      self.init(try SafetensorsFile(chosen, limits: limits))
    }
  }

  /// Takes the tensors of one file.
  public init(_ file: SafetensorsFile) {
    (path, files, names) = (file.file.name, [file], file.names)
    shards = Dictionary(uniqueKeysWithValues: file.names.map { ($0, 0) })
  }

  /// Reads an index whose files `open` gives by name.
  package init(
    index file: FileBytes, limits: FormatLimits = .standard, open: (String) throws -> SafetensorsFile
  ) throws {
    let index = try SafetensorsIndex(file, limits: limits)
    path = file.name
    files = try index.shards.map(open)
    names = index.tensors.map(\.name)
    shards = Dictionary(uniqueKeysWithValues: index.tensors.map { ($0.name, $0.shard) })
    for (number, shard) in files.enumerated() {
      for name in shard.names {
        guard let expected = shards[name], expected != number else { continue }
        throw file.malformed(
          field: "weight_map, \(quoted(name))", found: "the tensor in \(quoted(index.shards[number])) too",
          expected: "it in \(quoted(index.shards[expected])) alone")
      }
    }
    for (name, number) in index.tensors where !files[number].contains(name) {
      throw file.malformed(
        field: "weight_map, \(quoted(name))", found: "no such tensor in \(quoted(index.shards[number]))",
        expected: "the tensor there")
    }
  }

  /// What a header says of a tensor; the range of its bytes counts in its own file.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an unknown name, with the nearest known one.
  public func info(_ name: String) throws -> SafetensorsFile.Info { try file(holding: name).info(name) }

  /// Reads one tensor.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown name; `unsupported` as ``SafetensorsFile/array(named:)``.
  /// - Complexity: O(1) when the array shares the file's memory, else O(bytes).
  public func array(named name: String) throws -> RawArray { try file(holding: name).array(named: name) }

  /// A tensor as the file has it, to be widened when it is used.
  ///
  /// - Throws: as ``array(named:)``.
  public func stored(_ name: String) throws -> StoredArray { StoredArray(try array(named: name)) }

  private func file(holding name: String) throws -> SafetensorsFile {
    guard let number = shards[name] else {
      throw VitroError.unknownName(name, kind: "tensor", known: names, operation: "reading \(path)")
    }
    return files[number]
  }

  /// The file to open: the path itself, or what a folder has.
  private static func file(in path: String) throws -> String {
    guard isKind(S_IFDIR, path) else { return path }
    let folder = path.hasSuffix("/") ? path : path + "/"
    let (single, index) = (folder + "model.safetensors", folder + "model.safetensors.index.json")
    for candidate in [single, index] where isKind(S_IFREG, candidate) { return candidate }
    for pickle in ["pytorch_model.bin", "pytorch_model.bin.index.json"] where isKind(S_IFREG, folder + pickle) {
      throw PyTorchPickle.refusal(of: folder + "pytorch_model.bin")
    }
    throw VitroError(
      .file, "reading \(path)", "there is neither a model.safetensors nor a model.safetensors.index.json",
      details: ["file": path, "found": "neither", "expected": "model.safetensors or model.safetensors.index.json"])
  }

  private static func isKind(_ kind: mode_t, _ path: String) -> Bool {
    var status = stat()
    return !path.utf8.contains(0) && stat(path, &status) == 0 && status.st_mode & S_IFMT == kind
  }
}
