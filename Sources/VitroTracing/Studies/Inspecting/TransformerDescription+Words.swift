internal import VitroModels

extension TransformerDescription {
  /// The shape of a value inside attention or a normalization, for one text; −1 is its length.
  func innerShape(_ tap: String) -> [Int]? {
    switch tap.split(separator: ".").last.map(String.init) {
    case "hook_q", "hook_rot_q", "hook_z": [-1, heads, headWidth]
    case "hook_k", "hook_rot_k", "hook_v": [-1, keyValueHeads, headWidth]
    case "hook_attn_scores", "hook_pattern": [heads, -1, -1]
    case "hook_result": [-1, heads, width]
    case "hook_scale": [-1, 1]
    case "hook_normalized": [-1, width]
    default: nil
    }
  }

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
