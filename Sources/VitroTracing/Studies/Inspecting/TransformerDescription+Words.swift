internal import VitroModels

extension TransformerDescription {
  /// How positions enter, in a word or two.
  var positionsName: String {
    switch positions {
    case .learned: "learned"
    case .rotary: "rotary"
    case .none: "none"
    }
  }

  /// What normalizes.
  var normalizationName: String {
    switch normalization {
    case .layer: "LayerNorm"
    case .rootMeanSquare: "RMSNorm"
    }
  }

  /// Where it does.
  var placementName: String {
    switch placement {
    case .before: "before each part"
    case .after: "after each sum"
    case .parallel: "before two parts side by side"
    case .around: "before and after each part"
    case .none: "nowhere"
    }
  }
}
