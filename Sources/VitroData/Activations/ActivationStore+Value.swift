internal import VitroCore

extension ActivationStore {
  /// How values are kept on disk; they are read as float32.
  public enum Precision: String, Codable, Sendable, CaseIterable {
    /// As the network computes them, to the bit (float64 is rounded).
    case float32
    /// Half the bytes, with 8 significant bits: rounded to nearest even.
    case bfloat16

    var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
  }

  /// What is kept of one tap.
  public struct Value: Codable, Sendable, Hashable {
    /// The tap's name.
    public let tap: String
    /// The shape of the value for one example; empty for a single number.
    public let shape: [Int]

    init(_ tap: String, shape: [Int]) { (self.tap, self.shape) = (tap, shape) }

    /// Reads a value; a shape that no array can have is refused.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      tap = try container.decode(String.self, forKey: .tap)
      shape = try container.decode([Int].self, forKey: .shape)
      guard shape.count <= 64, shape.allSatisfy({ $0 >= 1 }),
        (try? RawArray.byteCount(dtype: .float32, shape: shape)) != nil
      else {
        throw DecodingError.dataCorruptedError(
          forKey: .shape, in: container, debugDescription: "the impossible shape \(shape.prefix(64))")
      }
    }

    /// The numbers of one example: a row.
    public var width: Int { shape.reduce(1, *) }
  }
}
