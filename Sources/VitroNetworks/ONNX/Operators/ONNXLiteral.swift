internal import VitroCore
internal import VitroTensor

/// A small array among the settings of an ``ONNXOperation``: a shape, the axes of a sum, a bound.
struct ONNXLiteral: Sendable, Hashable {
  /// The most elements; larger constants are parameters.
  static let maximumCount = 4096

  var dtype: DType
  var shape: [Int]
  /// The elements of whole numbers and masks; 64 bits wide, since ends of slices are often the largest number there is.
  var integers: [Int64] = []
  /// The elements of real numbers.
  var reals: [Double] = []

  init(_ tensor: Tensor) throws {
    dtype = tensor.dtype
    shape = tensor.shape
    if dtype.isFloatingPoint { reals = try tensor.doubles } else { integers = try tensor.array() }
  }

  /// The array.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the elements do not fill the shape.
  func tensor() throws -> Tensor {
    if dtype.isFloatingPoint { return try Tensor(reals, shape: shape).cast(to: dtype) }
    return try Tensor(integers, shape: shape).cast(to: dtype)
  }
}

extension ONNXLiteral: Codable {
  private enum Key: String, CodingKey { case type, shape, values }

  /// Reads an array; real numbers are texts, for JSON has neither infinities nor NaN.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    dtype = try container.decode(DType.self, forKey: .type)
    shape = try container.decode([Int].self, forKey: .shape)
    guard dtype.isFloatingPoint else {
      integers = try container.decode([Int64].self, forKey: .values)
      return
    }
    reals = try container.decode([String].self, forKey: .values).map { text in
      guard let number = Double(text) else {
        throw DecodingError.dataCorruptedError(
          forKey: .values, in: container, debugDescription: "'\(text.prefix(40))' is no number")
      }
      return number
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(dtype, forKey: .type)
    try container.encode(shape, forKey: .shape)
    if dtype.isFloatingPoint {
      try container.encode(reals.map(\.description), forKey: .values)
    } else {
      try container.encode(integers, forKey: .values)
    }
  }
}
