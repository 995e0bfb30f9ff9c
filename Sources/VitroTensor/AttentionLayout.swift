internal import VitroCore

/// Which queries attend to which keys: sequences of different lengths that lie one after the other, without padding.
///
/// Rows of queries `[rows, heads, d_head]` and rows of keys and values `[rows, key heads, d_head]` are cut into sequences; nothing is seen
/// across them. A sequence may go on from earlier keys and values that lie in another tensor: its past.
public struct AttentionLayout: Sendable, Hashable {
  /// One sequence: where its rows lie.
  public struct Sequence: Sendable, Hashable {
    /// Its rows among the queries.
    public var queries: Range<Int>
    /// Its rows among the keys and values.
    public var keys: Range<Int>
    /// Its rows among the keys and values of the past, which come before ``keys``.
    public var past: Range<Int>

    /// Creates a sequence.
    public init(queries: Range<Int>, keys: Range<Int>, past: Range<Int> = 0..<0) {
      self.queries = queries
      self.keys = keys
      self.past = past
    }

    /// The number of all keys that it could see.
    public var keyCount: Int { past.count + keys.count }
  }

  /// The sequences, in the order of the pattern's first axis.
  public var sequences: [Sequence]
  /// Whether a query sees no key after its own; the last query's own is the last key.
  public var isCausal: Bool
  /// How many of the last keys a query sees, itself included; `nil` for all.
  public var window: Int?

  /// Creates a layout.
  public init(_ sequences: [Sequence], isCausal: Bool, window: Int? = nil) {
    self.sequences = sequences
    self.isCausal = isCausal
    self.window = window
  }

  /// The most queries of a sequence.
  public var longestQueries: Int { sequences.map(\.queries.count).max() ?? 0 }

  /// The most keys of a sequence, its past included.
  public var longestKeys: Int { sequences.map(\.keyCount).max() ?? 0 }

  func check(queries: Tensor, keys: Tensor, past: Tensor?, _ operation: String) throws {
    func fail(_ message: String) -> VitroError { VitroError(.shape, operation, message) }
    guard queries.rank == 3, keys.rank == 3, queries.shape[2] == keys.shape[2], keys.shape[1] >= 1,
      queries.shape[1] % keys.shape[1] == 0
    else {
      throw fail(
        "the queries are \(queries.shape) and the keys \(keys.shape), expected [rows, heads, d_head] with heads a multiple of the keys'"
      )
    }
    if let past, past.rank != 3 || past.shape[1...] != keys.shape[1...] {
      throw fail("the past is \(past.shape), the keys are \(keys.shape)")
    }
    for sequence in sequences {
      guard sequence.queries.lowerBound >= 0, sequence.queries.upperBound <= queries.shape[0],
        sequence.keys.lowerBound >= 0, sequence.keys.upperBound <= keys.shape[0], sequence.past.lowerBound >= 0,
        sequence.past.upperBound <= past?.shape[0] ?? 0, window.map({ $0 >= 1 }) ?? true
      else {
        throw fail("a sequence leaves the rows: \(sequence) in \(queries.shape), \(keys.shape)")
      }
    }
    // Results and gradients are written once for each row: every row belongs to one sequence.
    guard Self.cover(sequences.map(\.queries), queries.shape[0]), Self.cover(sequences.map(\.keys), keys.shape[0])
    else { throw fail("the sequences do not cover the rows of \(queries.shape) and \(keys.shape) once") }
  }

  private static func cover(_ ranges: [Range<Int>], _ count: Int) -> Bool {
    var end = 0
    for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard range.lowerBound == end else { return false }
      end = range.upperBound
    }
    return end == count
  }
}
