public import VitroNetworks
public import VitroTensor

/// What a run over packed texts leaves: recorded values by name, and which rows belong to which text.
public struct PackedActivations: Sendable {
  /// The values as the network has them: `[1, all tokens, …]`; scores and patterns `[text, head, query, key]`.
  public let activations: Activations
  /// The rows of each text.
  public let ranges: [Range<Int>]

  /// The network's answer for all tokens: `[tokens, outputs]`.
  public var output: Tensor { get throws { try activations.output.select(at: 0) } }

  /// The keys and values, where the run keeps them.
  public var cache: KeyValueCache? { activations.cache }

  /// A recorded value, for all tokens of all texts: `[tokens, …]`; scores and patterns `[text, head, query, key]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it was not recorded.
  public func value(at tap: String) throws -> Tensor {
    let value = try activations.value(at: tap)
    return tap.hasSuffix("hook_pattern") || tap.hasSuffix("hook_attn_scores") ? value : try value.select(at: 0)
  }

  /// A recorded value of one text: `[its tokens, …]`; scores and patterns `[head, query, key]`, without what lies outside the text.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it was not recorded or there is no such text.
  public func value(at tap: String, text: Int) throws -> Tensor {
    let value = try value(at: tap)
    let rows = ranges[text]
    guard tap.hasSuffix("hook_pattern") || tap.hasSuffix("hook_attn_scores") else { return try value.slice(rows) }
    let own = try value.select(at: text)
    let keys = rows.count + own.shape[2] - own.shape[1]
    return try own.slice(axis: 1, 0..<rows.count).slice(axis: 2, 0..<Swift.min(keys, own.shape[2]))
  }
}
