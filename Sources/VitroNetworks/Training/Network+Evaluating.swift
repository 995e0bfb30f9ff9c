internal import VitroCore
public import VitroTensor

extension Network {
  /// The mean loss, and for labels the accuracy, over all examples of a source, batch by batch.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the examples do not fit the network or the loss.
  public func evaluate(_ source: any BatchSource, loss: Loss, batchSize: Int = 256) throws -> Metrics {
    try evaluate(
      source, loss: { run, batch, instances in try loss(run.output, batch.target, instances: instances) },
      hasLabels: loss.isClassification, batchSize: batchSize)
  }

  func evaluate(
    _ source: any BatchSource, loss: Trainer.LossFunction, hasLabels: Bool, batchSize: Int
  ) throws -> Metrics {
    var losses = [Double](repeating: 0, count: instances ?? 1)
    var hits = losses
    try forEachBatch(source, batchSize: batchSize) { run, batch, indices in
      let weight = Double(indices.count)
      for (index, value) in try loss(run, batch, instances).doubles.enumerated() { losses[index] += value * weight }
      guard hasLabels else { return }
      for (index, value) in try meanHits(run.output, batch.target).enumerated() { hits[index] += value * weight }
    }
    let count = Double(source.count)
    return Metrics(loss: losses.map { $0 / count }, accuracy: hasLabels ? hits.map { $0 / count } : nil)
  }

  /// The part of labels that the largest output meets, for each instance.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the targets are not labels for the outputs.
  public func accuracy(_ source: any BatchSource, batchSize: Int = 256) throws -> [Double] {
    var hits = [Double](repeating: 0, count: instances ?? 1)
    try forEachBatch(source, batchSize: batchSize) { run, batch, indices in
      for (index, value) in try meanHits(run.output, batch.target).enumerated() {
        hits[index] += value * Double(indices.count)
      }
    }
    return hits.map { $0 / Double(source.count) }
  }

  /// The outputs for all examples of a source, `[examples, …]` or `[instances, examples, …]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the examples do not fit the network, or there are none.
  public func predictions(_ source: any BatchSource, batchSize: Int = 256) throws -> Tensor {
    var parts: [Tensor] = []
    try forEachBatch(source, batchSize: batchSize) { run, _, _ in parts.append(run.output) }
    return try .concatenate(parts, axis: instances == nil ? 0 : 1)
  }

  /// The values at taps for all examples of a source, `[examples, …]` or `[instances, examples, …]`, by name.
  ///
  /// - Parameters:
  ///   - source: The examples.
  ///   - taps: The values to keep.
  ///   - batchSize: How many examples run at once.
  ///   - limit: The most bytes that the values may take together; it is checked after the first batch.
  /// - Throws: ``/VitroCore/VitroError``: `memory` beyond the limit, naming what is needed (use ``forEachBatch(_:at:batchSize:needsOutputs:_:)`` then);
  ///   `shape` when lengths differ between batches.
  public func activations(
    _ source: any BatchSource, at taps: TapSelection, batchSize: Int = 256, limit: Int = 4 << 30
  ) throws -> [String: Tensor] {
    var parts: [String: [Tensor]] = [:]
    try forEachBatch(source, at: taps, batchSize: batchSize, needsOutputs: false) { run, _, indices in
      for name in run.names { parts[name, default: []].append(try run.value(at: name)) }
      guard indices.first == 0 else { return }
      let bytes = parts.values.reduce(0) { $0 + $1[0].raw.byteCount }
      let (needed, overflow) = bytes.multipliedReportingOverflow(by: (source.count + batchSize - 1) / batchSize)
      guard !overflow, needed <= limit else {
        throw VitroError(
          .memory, "activations",
          "\(parts.count) values of \(source.count) examples take about \(needed) bytes, the limit is \(limit)",
          hint: "Choose fewer taps, or take them batch by batch with forEachBatch.")
      }
    }
    let axis = instances == nil ? 0 : 1
    return try parts.mapValues { try .concatenate($0, axis: axis) }
  }

  /// Runs the network over all examples of a source, in their order, and hands on each batch's values.
  ///
  /// Only neighbours of one ``BatchSource/batchKeys`` run together.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the examples do not fit the network; what `body` throws.
  public func forEachBatch(
    _ source: any BatchSource, at taps: TapSelection = .none, batchSize: Int = 256, needsOutputs: Bool = true,
    _ body: (_ run: Activations, _ batch: Batch, _ indices: Range<Int>) throws -> Void
  ) throws {
    guard batchSize >= 1, source.count >= 1 else {
      throw VitroError(.argument, "running over data", "there are \(source.count) examples, in batches of \(batchSize)")
    }
    let keys = source.batchKeys
    var start = 0
    while start < source.count {
      let indices = start..<BatchPlan.end(from: start, count: source.count, keys: keys, size: batchSize)
      start = indices.upperBound
      let batch = try source.batch(Array(indices))
      try body(run(batch.inputs, recording: taps, needsOutputs: needsOutputs), batch, indices)
    }
  }

  private func meanHits(_ output: Tensor, _ target: Tensor) throws -> [Double] {
    let found = try output.argmax()
    let labels = try Loss.aligned(target, to: found.shape, instances: instances).cast(to: .int64)
    let hits = try found.isEqual(to: labels).cast(to: .float64)
    return try (instances == nil ? hits.mean() : hits.mean(axes: Array(1..<hits.rank))).doubles
  }
}
