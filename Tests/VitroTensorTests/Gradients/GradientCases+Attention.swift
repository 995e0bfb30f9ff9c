import VitroTensor

/// Attention over packed sequences: four heads that share two of keys and values, of width 3.
extension GradientCase {
  private static let layout = AttentionLayout(
    [.init(queries: 0..<3, keys: 0..<3), .init(queries: 3..<8, keys: 3..<8)], isCausal: true)

  private static let windowed = AttentionLayout(layout.sequences, isCausal: true, window: 2)

  private static let continued = AttentionLayout(
    [
      .init(queries: 0..<3, keys: 0..<3, past: 0..<2), .init(queries: 3..<8, keys: 3..<8, past: 1..<4),
    ], isCausal: true)

  static let attention: [GradientCase] = [
    GradientCase("attentionScores", [[8, 4, 3], [8, 2, 3]]) {
      try $0[0].attentionScores(keys: $0[1], scale: 0.7, layout: layout).softmax()
    },
    GradientCase("attentionScores, a window", [[8, 4, 3], [8, 2, 3]]) {
      try $0[0].attentionScores(keys: $0[1], scale: 0.7, layout: windowed).softmax()
    },
    GradientCase("attentionScores, after a past", [[8, 4, 3], [8, 2, 3]]) {
      try $0[0].attentionScores(
        keys: $0[1], past: constant([4, 2, 3]).cast(to: $0[0].dtype), scale: 0.7, layout: continued
      ).softmax()
    },
    GradientCase("attentionMasked", [[8, 4, 3], [8, 2, 3]]) {
      try $0[0].attentionScores(keys: $0[1], scale: 1, layout: layout, masked: false).attentionMasked(layout).softmax()
    },
    GradientCase("attentionValues", [[2, 4, 5, 5], [8, 2, 3]]) { try $0[0].attentionValues($0[1], layout: layout) },
    GradientCase("attentionValues, after a past", [[2, 4, 5, 8], [8, 2, 3]]) {
      try $0[0].attentionValues($0[1], past: constant([4, 2, 3]).cast(to: $0[0].dtype), layout: continued)
    },
    GradientCase("rotated", [[5, 2, 6]]) {
      try $0[0].rotated(
        cosines: constant([5, 2]).cast(to: $0[0].dtype), sines: constant([5, 2]).cast(to: $0[0].dtype))
    },
    GradientCase("rotated, adjacent", [[5, 2, 6]]) {
      try $0[0].rotated(
        cosines: constant([5, 3]).cast(to: $0[0].dtype), sines: constant([5, 3]).cast(to: $0[0].dtype), adjacent: true)
    },
  ]
}
