internal import VitroCore
internal import VitroTensor

/// How sequences of different lengths lie in one row of positions: packed one after the other, not padded.
///
/// A network that is run with a layout takes `[1, positions]` in place of `[batch, length]`; its values are `[1, positions, …]`, and the rows
/// of sequence i are ``ranges```[i]`. Layers that look at positions or at neighbours (attention, positional embeddings) keep to each sequence.
///
/// ```swift
/// let layout = SequenceLayout(lengths: [5, 2, 9])
/// let run = try network.run([tokens], recording: ["blocks.0.hook_resid_post"], sequences: layout)
/// ```
///
/// Sequences may go on from the keys and values of an earlier run (``KeyValueCache``): each names the cached sequence that it continues and
/// how many of its positions come before. So a text grows by one token without being read again, and many variants share one beginning.
public struct SequenceLayout: Sendable {
  /// One sequence of the run.
  public struct Sequence: Sendable, Hashable {
    /// The number of positions that are run.
    public var length: Int
    /// The number of cached positions that come before them.
    public var start: Int
    /// Which cached sequence they continue.
    public var cached: Int

    /// Creates a sequence.
    public init(length: Int, start: Int = 0, cached: Int = 0) {
      self.length = length
      self.start = start
      self.cached = cached
    }
  }

  /// The sequences, in order.
  public let sequences: [Sequence]
  /// The keys and values that sequences go on from.
  public let past: KeyValueCache?
  /// Whether the run keeps its keys and values, for others to go on from.
  public let isKept: Bool

  /// Sequences of their own.
  public init(lengths: [Int], isKept: Bool = false) {
    self.init(lengths.map { Sequence(length: $0) }, isKept: isKept)
  }

  /// Sequences that may go on from cached ones.
  public init(_ sequences: [Sequence], past: KeyValueCache? = nil, isKept: Bool = false) {
    self.sequences = sequences
    self.past = past
    self.isKept = isKept
  }

  /// The number of positions that are run, over all sequences.
  public var count: Int { sequences.reduce(0) { $0 + $1.length } }

  /// The rows of each sequence.
  public var ranges: [Range<Int>] {
    var end = 0
    return sequences.map { sequence in
      end += sequence.length
      return end - sequence.length..<end
    }
  }

  /// The place of each row in its sequence, counting what is cached.
  public var positions: [Int] { sequences.flatMap { $0.start..<$0.start + $0.length } }

  func check() throws {
    for sequence in sequences {
      let isKnown = past?.lengths.indices.contains(sequence.cached) ?? false
      let known = isKnown ? past?.lengths[sequence.cached] ?? 0 : 0
      guard sequence.length >= 1, sequence.start >= 0, sequence.start <= known, past == nil || isKnown else {
        throw VitroError(
          .argument, "laying out sequences",
          "a sequence has \(sequence.length) positions after \(sequence.start) cached ones of \(known)",
          hint: "Every sequence needs a token, and a cache as long as it goes on from.")
      }
    }
    guard !sequences.isEmpty else { throw VitroError(.argument, "laying out sequences", "there is no sequence") }
  }
}

/// The keys and values that attention computed for the positions of earlier runs, so that they need not be computed again.
///
/// Made by a run whose ``SequenceLayout`` is kept: ``Activations/cache``.
public struct KeyValueCache: Sendable {
  /// The number of positions of each sequence.
  public let lengths: [Int]
  /// By the number of the attention step: `[rows, heads, d_head]`, sequence after sequence.
  let steps: [Int: (keys: Tensor, values: Tensor)]
  /// Whose they are.
  let plan: Plan

  init(_ plan: Plan, lengths: [Int], steps: [Int: (keys: Tensor, values: Tensor)]) {
    self.plan = plan
    self.lengths = lengths
    self.steps = steps
  }

  /// The rows of a cached sequence.
  func rows(of sequence: Int) -> Range<Int> {
    let start = lengths[..<sequence].reduce(0, +)
    return start..<start + lengths[sequence]
  }

  /// The number of bytes held.
  public var byteCount: Int {
    steps.values.reduce(0) { $0 + ($1.keys.count + $1.values.count) * $1.keys.dtype.byteWidth }
  }
}

extension SequenceLayout {
  /// The sequences as attention sees them, for values of `rows` rows.
  func attention(isCausal: Bool, window: Int?) -> AttentionLayout {
    AttentionLayout(
      zip(sequences, ranges).map { sequence, rows in
        let before = past.map { $0.rows(of: sequence.cached).lowerBound } ?? 0
        return AttentionLayout.Sequence(queries: rows, keys: rows, past: before..<before + sequence.start)
      }, isCausal: isCausal, window: window)
  }

  /// Old and new rows of one step, sequence after sequence.
  func joined(_ old: Tensor?, _ new: Tensor) throws -> Tensor {
    guard let old, let past else { return new }
    var parts: [Tensor] = []
    for (sequence, rows) in zip(sequences, ranges) {
      if sequence.start > 0 {
        let before = past.rows(of: sequence.cached).lowerBound
        parts.append(try old.slice(before..<before + sequence.start))
      }
      parts.append(try new.slice(rows))
    }
    return parts.count == 1 ? parts[0] : try Tensor.concatenate(parts)
  }
}
