internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// The file that an interrupted training goes on from: `checkpoint.safetensors`, replaced as a whole each time.
///
/// It holds `parameter/<name>`, the optimizer's buffers `optimizer/first` and `optimizer/second`, `best/trainable` and `best/state` when early
/// stopping keeps them, `lbfgs/<instance>/…`, and as metadata the graph, the settings and the progress as JSON.
struct Checkpoint {
  struct Contents {
    var progress: TrainingProgress
    var best: (trainable: Tensor, state: Tensor)?
    var quasiNewton: [LBFGSState]
  }

  let path: String
  private let directory: String
  private let identity: [String: String]

  init(directory: String, settings: TrainingSettings, network: Network, count: Int) throws {
    self.directory = directory
    path = directory + "/checkpoint.safetensors"
    var identity = try settings.identity()
    identity["graph"] = try NetworkFile.json(network.graph)
    identity["dtype"] = network.parameters.dtype.rawValue
    identity["instances"] = network.instances.map(String.init) ?? "none"
    identity["examples"] = String(count)
    self.identity = identity
  }

  // MARK: Writing

  func write(_ contents: Contents, network: Network, optimizer: OptimizerState) throws {
    try NetworkFile.createDirectory(directory)
    let parameters = network.parameters
    var arrays = try parameters.entries.indices.map {
      (name: "parameter/\(parameters.entries[$0].name)", array: try parameters.tensor($0).raw)
    }
    func add(_ name: String, _ tensor: Tensor?) { if let tensor { arrays.append((name, tensor.raw)) } }
    add("optimizer/first", optimizer.first)
    add("optimizer/second", optimizer.second)
    add("best/trainable", contents.best?.trainable)
    add("best/state", contents.best?.state)
    for (index, state) in contents.quasiNewton.enumerated() {
      add("lbfgs/\(index)/point", try Tensor(state.point))
      add("lbfgs/\(index)/gradient", try Tensor(state.gradient))
      add("lbfgs/\(index)/value", try Tensor(state.value))
      add("lbfgs/\(index)/iterations", try Tensor([state.iterations, state.isConverged ? 1 : 0]))
      add("lbfgs/\(index)/steps", try Tensor(rows: state.steps))
      add("lbfgs/\(index)/changes", try Tensor(rows: state.changes))
    }
    var metadata = identity
    metadata["format"] = "vitro-checkpoint"
    metadata["version"] = "1"
    metadata["progress"] = String(decoding: try Self.encoder.encode(contents.progress), as: UTF8.self)
    metadata["optimizerSteps"] = String(optimizer.stepCount)
    try Safetensors.write(arrays, metadata: metadata, to: path)
  }

  // MARK: Reading

  /// Takes up a checkpoint, if there is one.
  func read(into network: inout Network, optimizer: inout OptimizerState) throws -> Contents? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try SafetensorsFile(path)
    let metadata = file.metadata
    guard metadata["format"] == "vitro-checkpoint", metadata["version"] == "1" else {
      throw malformed("format", "\(metadata["format"] ?? "none") \(metadata["version"] ?? "")", "vitro-checkpoint 1")
    }
    for key in identity.keys.sorted() where metadata[key] != identity[key] {
      let isGraph = key == "graph"
      throw VitroError(
        .argument, "resuming from \(path)",
        isGraph
          ? "the checkpoint belongs to another network"
          : "the checkpoint was made with \(key) \(metadata[key] ?? "absent"), now it is \(identity[key] ?? "absent")",
        hint: "Use the same settings, or another directory for checkpoints.",
        details: isGraph
          ? ["file": path, "field": key]
          : ["file": path, "field": key, "found": metadata[key] ?? "absent", "expected": identity[key] ?? "absent"])
    }
    guard let text = metadata["progress"], let steps = metadata["optimizerSteps"].flatMap(Int.init), steps >= 0,
      let progress = try? Self.decoder.decode(TrainingProgress.self, from: Data(text.utf8)), progress.isPlausible
    else { throw malformed("progress", "no account of the training", "one") }

    var parameters = network.parameters
    for (number, entry) in parameters.entries.enumerated() {
      let value = try array("parameter/\(entry.name)", file, entry.shape, parameters.dtype)
      try parameters.set(number, to: value)
    }
    func buffer(_ name: String, replacing old: Tensor?) throws -> Tensor? {
      guard let old else { return nil }
      return try array(name, file, old.shape, parameters.dtype).affine(1, 0)
    }
    optimizer.first = try buffer("optimizer/first", replacing: optimizer.first)
    optimizer.second = try buffer("optimizer/second", replacing: optimizer.second)
    optimizer.stepCount = steps
    var contents = Contents(progress: progress, best: nil, quasiNewton: [])
    if file.names.contains("best/trainable") {
      let trainable = try buffer("best/trainable", replacing: parameters.trainable)
      let state = try buffer("best/state", replacing: parameters.state)
      if let trainable, let state { contents.best = (trainable, state) }
    }
    if file.names.contains("lbfgs/0/point") { contents.quasiNewton = try readQuasiNewton(file, parameters) }
    network.parameters = parameters
    return contents
  }

  private func readQuasiNewton(_ file: SafetensorsFile, _ parameters: Parameters) throws -> [LBFGSState] {
    let instances = parameters.instances ?? 1
    let length = parameters.trainableCount / instances
    return try (0..<instances).map { index in
      func rows(_ name: String) throws -> [[Double]] {
        let full = "lbfgs/\(index)/\(name)"
        let count = try file.info(full).shape.first ?? 0
        if count == 0 { return [] }
        let values = try array(full, file, [count, length], .float64).doubles
        return (0..<count).map { Array(values[$0 * length..<($0 + 1) * length]) }
      }
      var state = LBFGSState(at: try array("lbfgs/\(index)/point", file, [length], .float64).doubles)
      state.gradient = try array("lbfgs/\(index)/gradient", file, [length], .float64).doubles
      state.value = try array("lbfgs/\(index)/value", file, [], .float64).item()
      let counts = try array("lbfgs/\(index)/iterations", file, [2], .int64).ints
      (state.iterations, state.isConverged) = (counts[0], counts[1] != 0)
      (state.steps, state.changes) = (try rows("steps"), try rows("changes"))
      guard state.steps.count == state.changes.count else {
        throw malformed(
          "lbfgs/\(index)", "\(state.steps.count) steps, \(state.changes.count) changes", "as many of both")
      }
      return state
    }
  }

  private func array(_ name: String, _ file: SafetensorsFile, _ shape: [Int], _ dtype: DType) throws -> Tensor {
    let info = try file.info(name)
    guard info.shape == shape, info.dtype == dtype else {
      throw malformed(name, "\(info.storedType) \(info.shape)", "\(dtype) \(shape)")
    }
    return Tensor(try file.array(named: name))
  }

  private func malformed(_ field: String, _ found: String, _ expected: String) -> VitroError {
    .malformed(file: path, field: field, found: found, expected: expected)
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

extension TrainingProgress {
  fileprivate var isPlausible: Bool {
    [epoch, batch, step, examples, epochsWithoutGain].allSatisfy { (0...1 << 48).contains($0) }
  }
}
