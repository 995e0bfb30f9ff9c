public import VitroCore

/// What can be read from a few features, and from a few more (Gurnee et al., 2023): where the score stops to rise, so many features hold it.
///
/// ```swift
/// let curve = try Probe().sparsityCurve(parts, neurons: [1, 2, 4])
/// for (neurons, result) in zip(curve.neurons, curve.results) { print(neurons, result.scores.value.value) }
/// ```
public struct SparsityCurve: Sendable {
  /// How many features each probe may read, ascending.
  public let neurons: [Int]
  /// The probes, each with its control, which chooses its own features in the same way.
  public let results: [ControlledProbe]
}

extension Probe {
  /// Runs k-sparse probes of several sizes, with the other settings of this probe.
  ///
  /// Sizes above the number of features are the same probe, of all of them, which is run once.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are no sizes or one is below 1, and as ``run(_:observer:)``.
  public func sparsityCurve(
    _ parts: ProbeParts, neurons: [Int], observer: any Observer = SilentObserver()
  ) throws -> SparsityCurve {
    guard !neurons.isEmpty, neurons.allSatisfy({ $0 >= 1 }) else {
      throw VitroError(.argument, "sparsity curve", "the sizes are \(neurons), expected numbers of 1 or more")
    }
    let sizes = Set(neurons.map { min($0, parts.train.width) }).sorted()
    let results = try sizes.enumerated().map { index, size in
      observer.update(ProgressUpdate("k-sparse probes", completed: index, of: sizes.count))
      var settings = settings
      settings.kind = .kSparse
      settings.neurons = size
      return try Probe(settings).run(parts, observer: observer)
    }
    return SparsityCurve(neurons: sizes, results: results)
  }
}
