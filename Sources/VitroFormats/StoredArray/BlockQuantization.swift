internal import CVitroKernels

/// The ways in which ggml keeps blocks of numbers in a few bits each.
///
/// A block has a scale, for some an offset, and its elements as small integers: `value = scale · integer (+ offset)`. The K
/// formats gather blocks into super-blocks of 256 elements, whose scales are small integers too.
///
/// Source: <https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h>.
public enum BlockQuantization: String, Sendable, Hashable, CaseIterable {
  /// 32 elements of 4 bits with a scale.
  case q4_0 = "Q4_0"
  /// 32 elements of 4 bits with a scale and an offset.
  case q4_1 = "Q4_1"
  /// 32 elements of 5 bits with a scale.
  case q5_0 = "Q5_0"
  /// 32 elements of 5 bits with a scale and an offset.
  case q5_1 = "Q5_1"
  /// 32 elements of 8 bits with a scale.
  case q8_0 = "Q8_0"
  /// 256 elements of 2 bits in 16 blocks with scales and offsets of 4 bits.
  case q2K = "Q2_K"
  /// 256 elements of 3 bits in 16 blocks with scales of 6 bits.
  case q3K = "Q3_K"
  /// 256 elements of 4 bits in 8 blocks with scales and offsets of 6 bits.
  case q4K = "Q4_K"
  /// 256 elements of 5 bits in 8 blocks with scales and offsets of 6 bits.
  case q5K = "Q5_K"
  /// 256 elements of 6 bits in 16 blocks with scales of 8 bits.
  case q6K = "Q6_K"
  /// 256 elements of 8 bits with a scale.
  case q8K = "Q8_K"

  /// The elements that one block holds: 32, or 256 in the K formats.
  public var blockLength: Int { Int(vitro_quantized_block_length(kernel)) }

  /// The bytes that one block takes.
  public var blockBytes: Int { Int(vitro_quantized_block_bytes(kernel)) }

  var kernel: vitro_quantization {
    switch self {
    case .q4_0: vitro_q4_0
    case .q4_1: vitro_q4_1
    case .q5_0: vitro_q5_0
    case .q5_1: vitro_q5_1
    case .q8_0: vitro_q8_0
    case .q2K: vitro_q2_k
    case .q3K: vitro_q3_k
    case .q4K: vitro_q4_k
    case .q5K: vitro_q5_k
    case .q6K: vitro_q6_k
    case .q8K: vitro_q8_k
    }
  }
}
