internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension Network {
  /// Writes the network into a directory: `network.json` (the graph) and `weights.safetensors` (the numbers).
  ///
  /// Each file is replaced as a whole or not at all. The same network always gives the same bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) when something cannot be written.
  public func save(to directory: String) throws {
    let json = try NetworkFile.json(NetworkFile(self), pretty: true) + "\n"
    try NetworkFile.createDirectory(directory)
    let arrays = try parameters.entries.indices.map {
      (name: parameters.entries[$0].name, array: try parameters.tensor($0).raw)
    }
    try Safetensors.write(arrays, metadata: ["format": "vitro"], to: directory + "/weights.safetensors")
    try AtomicFile.write(Array(json.utf8), to: directory + "/network.json")
  }

  /// Reads a network from a directory or its `network.json`, from an ONNX file, or from a safetensors file with a chain of linear layers.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``init(contentsOf:)``, ``init(onnx:)`` and ``init(linearChainFrom:)``.
  public init(_ path: String) throws {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw VitroError(.file, "reading \(path)", "there is no such file or directory", details: ["file": path])
    }
    if isDirectory.boolValue {
      try self.init(contentsOf: path)
    } else if path.hasSuffix(".safetensors") {
      try self.init(linearChainFrom: path)
    } else if path.hasSuffix(".json") {
      try self.init(contentsOf: (path as NSString).deletingLastPathComponent, description: path)
    } else {
      switch path.hasSuffix(".onnx") ? .onnx : try? ArrayFile.format(of: FileBytes(path: path)) {
      case .onnx: try self.init(onnx: path)
      case .safetensors: try self.init(linearChainFrom: path)
      default:
        let expected = "a network's directory (or its network.json), an ONNX file or a safetensors file"
        throw VitroError(
          .unsupported, "reading \(path)", "it is no network, expected \(expected)",
          hint: "Export the network with tools/export_torch.py or torch.onnx.export.",
          details: ["file": path, "field": "format", "found": "another format", "expected": expected])
      }
    }
  }

  /// The files that ``init(_:)`` reads at a path, for checksums.
  public static func files(at path: String) -> [String] {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard exists, isDirectory.boolValue || path.hasSuffix(".json") else { return [path] }
    let directory = isDirectory.boolValue ? path : (path as NSString).deletingLastPathComponent
    let prefix = directory.isEmpty || directory.hasSuffix("/") ? directory : directory + "/"
    return [isDirectory.boolValue ? prefix + "network.json" : path, prefix + "weights.safetensors"]
  }

  /// Reads a network that ``save(to:)`` or an exporter wrote.
  ///
  /// The graph is checked before any memory is taken, and the weights before they are copied: every parameter must be there, with its shape, and nothing
  /// else. Numbers of another precision are converted.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when a file is missing; `malformed` or `unsupported` when it is not what it should be; `argument` and
  ///   `shape` when the graph cannot work or a parameter is missing, left over or misshapen.
  public init(contentsOf directory: String) throws {
    try self.init(contentsOf: directory, description: directory + "/network.json")
  }

  private init(contentsOf directory: String, description path: String) throws {
    let description = try NetworkFile.read(FileBytes(path: path))
    let folder = directory.isEmpty ? "." : directory
    let weights = try SafetensorsFile(folder + "/weights.safetensors")
    self = try VitroError.blaming(path) { try Network(description, weights: weights) }
  }

  init(_ description: NetworkFile, weights: SafetensorsFile) throws {
    let plan = try Plan(description.graph)
    guard description.instances.map({ (1...1 << 24).contains($0) }) ?? true else {
      throw VitroError(
        .argument, "network '\(description.graph.name)'", "it declares \(description.instances ?? 0) instances")
    }
    let leading = description.instances.map { [$0] } ?? []
    let expected = plan.parameters.map { (name: $0.name, shape: leading + $0.spec.shape) }
    try Self.check(expected, against: weights)
    try self.init(uninitialized: description.graph, instances: description.instances, dtype: description.dtype)
    for (number, entry) in parameters.entries.enumerated() {
      try parameters.set(number, to: Tensor(weights.array(named: entry.name)))
    }
  }

  /// Every parameter is there with its shape, and nothing else.
  private static func check(_ expected: [(name: String, shape: [Int])], against weights: SafetensorsFile) throws {
    let operation = "reading \(weights.file.name)"
    let names = Set(expected.map(\.name))
    let given = Set(weights.names)
    let extra = weights.names.filter { !names.contains($0) }
    for (name, shape) in expected {
      guard given.contains(name) else {
        let nearest = nearestName(to: name, in: extra)
        throw VitroError(
          .shape, operation, "the parameter '\(name)' \(shape) is missing",
          hint: nearest.map { "'\($0)' is there and belongs to no layer; is that it?" },
          details: [
            "file": weights.file.name, "parameter": name, "found": nearest.map { "'\($0)'" } ?? "nothing",
            "expected": "\(shape)",
          ])
      }
      let info = try weights.info(name)
      guard info.shape == shape, info.dtype?.isFloatingPoint ?? false else {
        throw VitroError(
          .shape, operation,
          "the parameter '\(name)' is \(info.storedType) \(info.shape), expected real numbers \(shape)",
          details: ["file": weights.file.name, "parameter": name, "found": "\(info.shape)", "expected": "\(shape)"])
      }
    }
    if let first = extra.first {
      throw VitroError(
        .argument, operation,
        "'\(first)'\(extra.count > 1 ? " and \(extra.count - 1) more" : "") belong to no parameter of the network",
        hint: nearestName(to: first, in: expected.map(\.name)).map { "The network has '\($0)'." },
        details: ["file": weights.file.name, "parameter": first])
    }
  }
}
