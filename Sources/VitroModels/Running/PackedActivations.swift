internal import VitroCore
public import VitroNetworks
public import VitroTensor

/// What a run over packed texts leaves: recorded values by name, and which rows belong to which text.
public struct PackedActivations: Sendable {
  /// The values as the network has them: `[1, all tokens, …]`; scores and patterns `[text, head, query, key]`.
  public let activations: Activations
  /// The rows of each text.
  public let ranges: [Range<Int>]
  /// How many cached positions come before each text.
  let starts: [Int]

  init(activations: Activations, ranges: [Range<Int>], starts: [Int]? = nil) {
    (self.activations, self.ranges) = (activations, ranges)
    self.starts = starts ?? ranges.map { _ in 0 }
  }

  /// Whether a tap holds scores or patterns, which have no row for each token.
  static func isPattern(_ tap: String) -> Bool { tap.hasSuffix("hook_pattern") || tap.hasSuffix("hook_attn_scores") }

  /// The network's answer for all tokens: `[tokens, outputs]`.
  public var output: Tensor { get throws { try activations.output.select(at: 0) } }

  /// The keys and values, where the run keeps them.
  public var cache: KeyValueCache? { activations.cache }

  /// A recorded value, for all tokens of all texts: `[tokens, …]`; scores and patterns `[text, head, query, key]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it was not recorded.
  public func value(at tap: String) throws -> Tensor {
    let value = try activations.value(at: tap)
    return Self.isPattern(tap) ? value : try value.select(at: 0)
  }

  /// A recorded value of one text: `[its tokens, …]`; scores and patterns `[head, query, key]`, without what lies outside the text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it was not recorded or there is no such text.
  public func value(at tap: String, text: Int) throws -> Tensor {
    guard ranges.indices.contains(text) else {
      throw VitroError(.argument, "reading '\(tap)'", "text \(text) is asked for, the run has \(ranges.count)")
    }
    let value = try value(at: tap)
    let rows = ranges[text]
    guard Self.isPattern(tap) else { return try value.slice(rows) }
    return try value.select(at: text).slice(axis: 1, 0..<rows.count).slice(axis: 2, 0..<starts[text] + rows.count)
  }
}
