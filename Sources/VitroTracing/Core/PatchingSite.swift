internal import VitroModels
internal import VitroTensor

/// What a patch moves from the clean run into the corrupt one.
public enum PatchingSite: String, Sendable, Hashable, Codable, CaseIterable {
  /// The residual that enters a block, position by position.
  case residPre = "resid_pre"
  /// The residual between attention and feed-forward part, position by position.
  case residMid = "resid_mid"
  /// What attention writes, position by position.
  case attnOut = "attn_out"
  /// What the feed-forward part writes, position by position.
  case mlpOut = "mlp_out"
  /// What a head reads, head by head, at all positions.
  case headOut = "head_out"
  /// A head's queries, at all positions.
  case headQ = "head_q"
  /// A head's keys, at all positions.
  case headK = "head_k"
  /// A head's values, at all positions.
  case headV = "head_v"
  /// A head's pattern.
  case headPattern = "head_pattern"

  /// Whether the columns of a sweep are heads rather than positions.
  public var isHead: Bool { rawValue.hasPrefix("head") }

  /// The tap in a block.
  func tap(_ layer: Int) -> String {
    let block = "blocks.\(layer)."
    return switch self {
    case .residPre: block + "hook_resid_pre"
    case .residMid: block + "hook_resid_mid"
    case .attnOut: block + "hook_attn_out"
    case .mlpOut: block + "hook_mlp_out"
    case .headOut: block + "attn.hook_z"
    case .headQ: block + "attn.hook_q"
    case .headK: block + "attn.hook_k"
    case .headV: block + "attn.hook_v"
    case .headPattern: block + "attn.hook_pattern"
    }
  }

  /// The values that lead to the tap and beside it into the rest, so that nothing before them is computed again.
  func cuts(_ layer: Int, _ description: TransformerDescription) -> [String] {
    let block = "blocks.\(layer)."
    switch self {
    case .residPre, .residMid: return []
    case .attnOut, .headOut, .headQ, .headK, .headV, .headPattern: return [block + "hook_resid_pre"]
    case .mlpOut:
      return switch description.placement {
      case .parallel: [block + "hook_resid_pre", block + "hook_attn_out"]
      case .after: [block + "hook_normalized_resid_mid"]
      case .before, .around, .none: [block + "hook_resid_mid"]
      }
    }
  }
}
