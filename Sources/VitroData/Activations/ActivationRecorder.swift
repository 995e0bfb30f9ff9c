public import Foundation
internal import VitroCore
public import VitroNetworks
public import VitroTensor

/// Writes a store of activations as batches come; rows that are on disk already are not written again.
///
/// ``ActivationStore/record(_:over:at:in:precision:memoryBudget:diskBudget:batchSize:identity:observer:)`` is the usual way; a recorder is
/// for values that come some other way, such as those of an edited network (say so in `identity`).
///
/// ```swift
/// let recorder = try ActivationRecorder(
///   directory: directory, network: network, taps: ["relu1"], count: digits.count, identity: "digits, half ablated")
/// while recorder.nextRow < digits.count {
///   let rows = Array(recorder.nextRow..<min(recorder.nextRow + 256, digits.count))
///   let batch = try digits.batch(rows)
///   try recorder.append(network.run(batch.inputs, recording: ["relu1"], editing: ["relu1": .multiply(mask)]))
/// }
/// let ablated = try recorder.finish()
/// ```
///
/// Rows gather in memory for two shards, one of which is written while the other fills. One recorder at a time may work in a directory.
///
/// What is found in the directory decides how a recording begins:
/// - nothing: it begins anew;
/// - a recording of the same network, taps, precision, count and identity: it goes on after the last whole shard, and shards that are missing or
///   damaged are written again with all that follow them;
/// - any other recording, or an index that cannot be read: it is refused, and nothing is touched.
public final class ActivationRecorder {
  /// The next row to append; at first, where an interrupted recording goes on: only whole shards count.
  public private(set) var nextRow: Int
  /// The bytes that rows in memory take.
  var bufferedBytes: Int { buffers?.heldBytes ?? 0 }

  private let plan: RecordingPlan
  private let found: ActivationIndex?
  private var values: [ActivationStore.Value]?
  private var buffers: ShardBuffers?
  private var writer: ShardWriter?

  /// Begins a recording, or goes on with one.
  ///
  /// - Parameters:
  ///   - directory: Where the store shall lie; it is made when the first shard is written.
  ///   - network: The network whose values come; one instance.
  ///   - taps: The values to keep, in any order.
  ///   - count: How many rows will come.
  ///   - precision: How values are kept on disk.
  ///   - memoryBudget: The most bytes that rows in memory may take; the size of the shards follows from it.
  ///   - diskBudget: The most bytes that the values may take on disk; checked before anything is written.
  ///   - identity: What the rows are of, such as a checksum of the data: a recording with another identity is not gone on with.
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an unknown tap, with the nearest one, or when the directory holds another recording;
  ///   `memory` when a budget is too small, naming what is needed; `malformed` when the index cannot be read.
  public init(
    directory: URL, network: Network, taps: [String], count: Int, precision: ActivationStore.Precision = .float32,
    memoryBudget: Int = 256 << 20, diskBudget: Int? = nil, identity: String = ""
  ) throws {
    plan = try RecordingPlan(
      directory: directory, network: network, taps: taps, count: count, precision: precision,
      memoryBudget: memoryBudget, diskBudget: diskBudget, identity: identity)
    found = try plan.resumable()
    nextRow = found?.rowsOnDisk ?? 0
    if let known = found?.values ?? plan.knownValues { try settle(on: known) }
  }

  deinit { writer?.settle() }

  /// Takes in the next rows.
  ///
  /// - Parameters:
  ///   - run: A forward pass over the next examples, in order, that has recorded the taps.
  ///   - row: The row of its first example, if that is not ``nextRow``; rows before ``nextRow`` are passed over, so that batches may begin where they did
  ///     before an interruption.
  /// - Throws: ``/VitroCore/VitroError``: `shape` when a value is not one row for each example, or not as wide as before; `dtype` when it does not
  ///   hold real numbers; `argument` when there are no rows, too many, or a gap before them; `file` when a shard could not be written.
  public func append(_ run: Activations, from row: Int? = nil) throws {
    try append(plan.taps.map { try run.value(at: $0) }, from: row)
  }

  /// Takes in the next rows of values that are computed from those of a forward pass, such as the last token's or the mean over a text.
  ///
  /// - Parameters:
  ///   - values: The rows of each tap, by name.
  ///   - row: As in ``append(_:from:)-(Activations,_)``.
  /// - Throws: As ``append(_:from:)-(Activations,_)``, and `argument` when a tap is missing.
  public func append(_ values: [String: Tensor], from row: Int? = nil) throws {
    let tensors = try plan.taps.map { tap in
      guard let value = values[tap] else {
        throw VitroError.unknownName(tap, kind: "value", known: values.keys.sorted(), operation: plan.operation)
      }
      return value
    }
    try append(tensors, from: row)
  }

  private func append(_ tensors: [Tensor], from row: Int?) throws {
    let (shapes, rows) = try plan.rows(of: tensors)
    let first = row ?? nextRow
    guard first >= 0, first <= nextRow, rows <= plan.count - first else {
      throw VitroError(
        .argument, plan.operation, "rows \(first) to \(first + rows - 1) come after \(nextRow) of \(plan.count) rows",
        details: ["found": "\(first)", "expected": "\(nextRow)"])
    }
    let kept = first + rows - nextRow
    if kept <= 0 { return }
    try settle(on: shapes)
    let arrays = try tensors.map { tensor in
      try tensor.detached.slice(axis: 0, rows - kept..<rows).cast(to: plan.precision.dtype).raw
    }
    var taken = 0
    while taken < kept, let capacity = buffers?.capacity, let filled = buffers?.filled {
      let part = min(capacity - filled, kept - taken)
      try buffers?.append(arrays, from: taken, count: part)
      taken += part
      nextRow += part
      if buffers?.isFull == true || nextRow == plan.count { try writeShard() }
    }
  }

  /// Waits until everything is on disk and opens the store.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` when rows are missing; `file` when a shard could not be written.
  public func finish() throws -> ActivationStore {
    guard nextRow == plan.count else {
      throw VitroError(
        .argument, plan.operation, "\(nextRow) of \(plan.count) rows were appended",
        details: ["found": "\(nextRow) rows", "expected": "\(plan.count) rows"])
    }
    try writer?.wait()
    return try ActivationStore(plan.directory)
  }

  private func writeShard() throws {
    guard let arrays = buffers?.take() else { return }
    try writer?.submit(arrays)
  }

  /// Lays the shards out once the widths are known, and checks that later rows have them.
  private func settle(on shapes: [ActivationStore.Value]) throws {
    if let values {
      guard values != shapes else { return }
      let (before, now) = zip(values, shapes).first { $0 != $1 } ?? (values[0], shapes[0])
      throw VitroError(
        .shape, plan.operation, "'\(now.tap)' is \(now.shape) for an example, and was \(before.shape) before",
        hint: "All rows of a tap must have one length; pad the examples, or record them in stores of their own.",
        details: ["tap": now.tap, "found": "\(now.shape)", "expected": "\(before.shape)"])
    }
    let index = found ?? plan.index(shapes)
    let rows = try plan.rowsOfShard(index)
    try plan.makeDirectory()
    buffers = ShardBuffers(capacity: rows, widths: shapes.map(\.width), dtype: plan.precision.dtype)
    writer = try ShardWriter(index, in: plan.directory)
    values = shapes
  }
}
