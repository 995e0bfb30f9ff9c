internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// What hangs on one value of a network: everything before it runs once, what follows as often as another value is put in its place.
///
/// Values that the rest reads beside the tap, such as those of a skip connection, are kept with it, so that a run computes nothing but what depends
/// on the tap.
struct TapBranch {
  let tap: String
  private let network: Network
  private let kept: [String]

  /// One batch up to the tap.
  struct Recording {
    var inputs: [Tensor]
    /// The value at the tap, `[examples, …]`.
    var value: Tensor
    /// The other values that the rest reads, by name.
    var others: [String: Tensor]
    /// The class of each example.
    var labels: [Int]

    /// The examples at some rows.
    func rows(_ rows: [Int]) throws -> Recording {
      let numbers = try Tensor(rows)
      return Recording(
        inputs: try inputs.map { try $0.gather(numbers) }, value: try value.gather(numbers),
        others: try others.mapValues { try $0.gather(numbers) }, labels: rows.map { labels[$0] })
    }
  }

  /// - Throws: ``/VitroCore/VitroError`` when there is no such tap or the network has instances.
  init(_ network: Network, tap: String) throws {
    _ = try network.shape(at: tap)
    guard network.instances == nil else {
      throw VitroError(
        .unsupported, "editing '\(tap)'", "the network has an instance axis", hint: "Take one with instance(_:).")
    }
    self.tap = tap
    self.network = network
    let graph = network.graph
    let owner = graph.nodes.first { node in
      node.name == tap || node.layer.innerTaps.contains { "\(node.name).\($0)" == tap }
    }
    var changed: Set<String> = [owner?.name ?? tap]
    for node in graph.nodes where node.inputs.contains(where: changed.contains) { changed.insert(node.name) }
    let reruns = graph.nodes.filter { changed.contains($0.name) && $0.name != tap }
    let given = Set(graph.inputs.map(\.name))
    let read = Set(reruns.flatMap(\.inputs) + graph.outputs)
    kept = read.subtracting(changed).subtracting(given).sorted()
  }

  /// Runs a batch as far as the tap and what stands beside it.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `numerical` for a value that is not finite, `unsupported` for one that is not made of real numbers.
  func record(_ batch: Batch) throws -> Recording {
    let run = try network.run(batch.inputs, recording: .names([tap] + kept), needsOutputs: false)
    let value = try run.value(at: tap)
    guard value.dtype.isComputing else {
      throw VitroError(.unsupported, "editing '\(tap)'", "its values are \(value.dtype), expected real numbers")
    }
    guard value.isFinite else {
      throw VitroError(
        .numerical, "editing '\(tap)'", "its values are NaN or infinite", hint: "Leave such values out.",
        details: ["field": tap, "found": "NaN or infinity", "expected": "finite numbers"])
    }
    let labels = try batch.target.flattened().ints
    guard labels.count == value.shape.first else {
      throw VitroError(
        .shape, "editing '\(tap)'", "the value is \(value.shape), with \(labels.count) labels",
        hint: "Each example needs one label.")
    }
    let others = try kept.map { ($0, try run.value(at: $0)) }
    return Recording(
      inputs: batch.inputs, value: value, others: Dictionary(uniqueKeysWithValues: others), labels: labels)
  }

  /// What the network answers when the tap holds another value: the class of the largest output of each example.
  func answers(_ recording: Recording, with value: Tensor) throws -> [Int] {
    var edits = recording.others.mapValues { TapEdit.replace($0) }
    edits[tap] = .replace(value)
    return try Self.answers(network.run(recording.inputs, editing: edits).output, "running on from '\(tap)'")
  }

  /// The class of the largest output of each example.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` for outputs that are not scores of classes, `numerical` for scores that are not finite.
  static func answers(_ output: Tensor, _ operation: String) throws -> [Int] {
    guard output.rank == 2, output.shape[1] >= 2 else {
      throw VitroError(
        .unsupported, operation, "the network's output is \(output.shape), expected [examples, classes]",
        hint: "Answers are counted for networks with one score for each of two or more classes.")
    }
    guard output.isFinite else { throw VitroError(.numerical, operation, "the outputs are NaN or infinite") }
    return try output.argmax(axis: 1).ints
  }
}
