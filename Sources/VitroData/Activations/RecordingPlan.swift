internal import Foundation
internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// What a recording shall be, checked before any value is computed.
struct RecordingPlan {
  let directory: URL
  /// In the order of the network.
  let taps: [String]
  let count: Int
  let precision: ActivationStore.Precision
  /// The shapes, where the network knows all of them before it runs.
  let knownValues: [ActivationStore.Value]?
  private let memoryBudget: Int
  private let diskBudget: Int?
  private let fingerprint: String
  private let identity: String

  var operation: String { "recording activations in \(directory.path)" }

  init(
    directory: URL, network: Network, taps: [String], count: Int, precision: ActivationStore.Precision,
    memoryBudget: Int, diskBudget: Int?, identity: String
  ) throws {
    func refuse(_ message: String, _ hint: String? = nil) -> VitroError {
      VitroError(.argument, "recording activations", message, hint: hint)
    }
    guard directory.isFileURL else { throw refuse("'\(directory)' is not a directory of this machine") }
    guard network.instances == nil else {
      throw VitroError(
        .unsupported, "recording activations", "the network has \(network.instances ?? 0) instances",
        hint: "Record one at a time: network.instance(0).")
    }
    guard (1...ActivationIndex.rowLimit).contains(count) else {
      throw refuse("there are \(count) examples", "A store has 1 to 2⁴⁴ rows.")
    }
    guard !taps.isEmpty else { throw refuse("no tap is named", "Taps: \(network.tapNames.joined(separator: ", ")).") }
    let chosen = Set(taps)
    guard chosen.count == taps.count else { throw refuse("a tap is named twice: \(taps.joined(separator: ", "))") }
    for tap in taps where !network.tapNames.contains(tap) {
      throw VitroError.unknownName(tap, kind: "tap", known: network.tapNames, operation: "recording activations")
    }
    self.taps = network.tapNames.filter(chosen.contains)
    let shapes = try self.taps.map { try network.shape(at: $0) }
    knownValues =
      shapes.allSatisfy { $0.map { !$0.contains(-1) } ?? false }
      ? zip(self.taps, shapes).map { ActivationStore.Value($0, shape: $1 ?? []) } : nil
    (self.directory, self.count, self.precision) = (directory, count, precision)
    (self.memoryBudget, self.diskBudget, self.identity) = (memoryBudget, diskBudget, identity)
    fingerprint = try network.fingerprint()
    if let knownValues { _ = try rowsOfShard(index(knownValues)) }
  }

  /// An index of which nothing is on disk yet.
  func index(_ values: [ActivationStore.Value]) -> ActivationIndex {
    ActivationIndex(network: fingerprint, identity: identity, precision: precision, count: count, values: values)
  }

  /// How many rows a shard has: two of them fit the memory.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `shape` for a value without elements, `memory` when a budget is too small.
  func rowsOfShard(_ index: ActivationIndex) throws -> Int {
    if let empty = index.values.first(where: { $0.shape.contains(0) }) {
      throw VitroError(
        .shape, operation, "'\(empty.tap)' is \(empty.shape) for an example: there is nothing to record",
        details: ["tap": empty.tap, "found": "\(empty.shape)", "expected": "a length of 1 or more on each axis"])
    }
    let rowBytes = index.rowBytes
    let (total, overflow) = rowBytes.multipliedReportingOverflow(by: count)
    let smaller =
      precision == .float32 ? "record bfloat16, fewer taps or fewer examples" : "fewer taps or fewer examples"
    if let diskBudget, overflow || total > diskBudget {
      throw VitroError(
        .memory, operation,
        "\(count) rows of \(rowBytes) bytes take \(overflow ? "too many" : "\(total)") bytes on disk, the budget is \(diskBudget)",
        hint: "Raise the disk budget, or \(smaller).",
        details: ["found": overflow ? "overflow" : "\(total) bytes", "expected": "at most \(diskBudget) bytes"])
    }
    let fitting = min(memoryBudget / 2, ShardBuffers.shardBytes) / rowBytes
    // A row wider than a shard should be is a shard of its own.
    let rows = min(count, max(fitting, memoryBudget / 2 >= rowBytes ? 1 : 0), index.shards.first?.rows ?? .max)
    guard rows >= 1, index.shards.count + (count - index.rowsOnDisk + rows - 1) / rows <= ActivationIndex.shardLimit
    else {
      let (needed, _) = rowBytes.multipliedReportingOverflow(by: 2 * max(1, count / ActivationIndex.shardLimit + 1))
      throw VitroError(
        .memory, operation, "rows of \(rowBytes) bytes need \(needed) bytes of memory, the budget is \(memoryBudget)",
        hint: "Raise the memory budget, or \(smaller).",
        details: ["found": "\(memoryBudget) bytes", "expected": "at least \(needed) bytes"])
    }
    return rows
  }

  /// The index of a recording like this one, cut to its whole shards; nothing when the directory holds none.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when it holds another recording, `malformed` when its index cannot be read.
  func resumable() throws -> ActivationIndex? {
    guard var index = try ActivationIndex.read(in: directory) else { return nil }
    try require("network", index.network, fingerprint)
    try require("identity", index.identity, identity)
    try require("precision", index.precision.rawValue, precision.rawValue)
    try require("count", "\(index.count)", "\(count)")
    try require("taps", index.values.map(\.tap).joined(separator: ", "), taps.joined(separator: ", "))
    if let knownValues {
      try require("values", "\(index.values.map(\.shape))", "\(knownValues.map(\.shape))")
    }
    let (starts, recording) = (index.starts, try index.recording())
    let whole = index.shards.indices.prefix { number in
      let shard = try? ActivationShard(
        number, start: starts[number], of: index, recording: recording, in: directory)
      return shard != nil
    }
    index.shards = Array(index.shards[whole])
    return index
  }

  func makeDirectory() throws {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw VitroError(
        .file, operation, "the directory cannot be made", hint: "Is there a file of that name, or no permission?",
        details: ["file": directory.path])
    }
  }

  /// The values' shapes in a forward pass, and how many rows it has.
  func rows(of tensors: [Tensor]) throws -> (values: [ActivationStore.Value], rows: Int) {
    var rows: Int?
    let values = try zip(taps, tensors).map { tap, tensor in
      guard tensor.dtype.isFloatingPoint else {
        throw VitroError(
          .dtype, operation, "'\(tap)' is \(tensor.dtype), expected real numbers",
          details: ["tap": tap, "found": "\(tensor.dtype)", "expected": "real numbers"])
      }
      guard let first = tensor.shape.first, rows ?? first == first else {
        throw VitroError(
          .shape, operation,
          "'\(tap)' is \(tensor.shape), expected \(rows.map { "\($0) rows" } ?? "an axis of examples")",
          hint: "The first axis counts the examples.",
          details: ["tap": tap, "found": "\(tensor.shape)", "expected": rows.map { "\($0) rows" } ?? "rows"])
      }
      rows = first
      return ActivationStore.Value(tap, shape: Array(tensor.shape.dropFirst()))
    }
    guard let rows, rows >= 1 else { throw VitroError(.argument, operation, "a batch has no rows") }
    return (values, rows)
  }

  private func require(_ field: String, _ found: String, _ expected: String) throws {
    guard found != expected else { return }
    let path = ActivationIndex.path(in: directory)
    throw VitroError(
      .argument, operation,
      "the directory holds another recording: \(field): found \(found.prefix(200)), expected \(expected.prefix(200))",
      hint: "Use another directory, or delete this one.",
      details: ["file": path, "field": field, "found": found, "expected": expected])
  }
}
