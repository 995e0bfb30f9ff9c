internal import VitroCore
internal import VitroTensor

/// What is known of an operand before anything is computed: its shape, and its elements where they are few whole numbers.
struct ONNXSketch: Sendable {
  /// Numbers beyond are cut off there: whatever they mean, it is more than there is.
  static let farthest: Int64 = 1 << 40

  /// The lengths, −1 where unknown; nothing when not even their number is known.
  var shape: [Int]?
  /// The elements, none beyond ``farthest``.
  var values: [Int]?
  /// The same elements as real numbers.
  var reals: [Double]?

  init(shape: [Int]?) { self.shape = shape }

  /// A value of which the shape for one example is known.
  init(example: [Int]) {
    shape = example == Graph.unknownShape ? nil : example == Graph.scalarShape ? [] : [-1] + example
  }

  /// The shape for one example.
  var example: [Int] {
    guard let shape else { return Graph.unknownShape }
    return shape.isEmpty ? Graph.scalarShape : Array(shape.dropFirst())
  }

  init(_ tensor: Tensor) throws {
    shape = tensor.shape
    guard tensor.count <= 64 else { return }
    // Both, whatever the type: a file may give lengths as real numbers, too.
    reals = try tensor.doubles
    if tensor.dtype.isFloatingPoint {
      values = reals?.map(Self.whole)
    } else {
      let elements: [Int64] = try tensor.array()
      values = elements.map { Int(Swift.min(Swift.max($0, -Self.farthest), Self.farthest)) }
    }
  }

  /// What an operand that gives a shape says without its elements: how many lengths there are.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) for more than 12.
  func unknownLengths(_ operation: ONNXOperation) throws -> [Int]? {
    guard let count = shape?.first, count >= 0 else { return nil }
    guard count <= 12 else { throw operation.refusal("it makes \(count) axes, expected at most 12", code: .shape) }
    return [Int](repeating: -1, count: count)
  }

  /// The number of elements of a shape that is known.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it overflows.
  static func count(_ shape: [Int]) throws -> Int {
    try RawArray.byteCount(dtype: .float64, shape: shape) / 8
  }

  /// The shape that several broadcast to; a length that is unknown takes the other, unless that is 1.
  static func broadcast(_ shapes: [[Int]?], _ operation: String) throws -> [Int]? {
    var result: [Int] = []
    for shape in shapes {
      guard let shape else { return nil }
      let rank = Swift.max(shape.count, result.count)
      let a = [Int](repeating: 1, count: rank - result.count) + result
      let b = [Int](repeating: 1, count: rank - shape.count) + shape
      result = try zip(a, b).map { a, b in
        if a == b || b == 1 { return a }
        if a == 1 { return b }
        guard a == -1 || b == -1 else {
          throw VitroError(
            .shape, operation, "\(result) and \(shape) do not broadcast",
            hint: "Lengths must be equal or 1, counted from the last axis.")
        }
        return Swift.max(a, b)
      }
    }
    return result
  }

  /// A real number as a whole one, none beyond ``farthest``; 0 for what is no number.
  static func whole(_ number: Double) -> Int {
    guard !number.isNaN else { return 0 }
    return Int(Swift.min(Swift.max(number, -Double(farthest)), Double(farthest)))
  }

  /// The sum of lengths, unknown when one is.
  static func sum(_ lengths: [Int]) -> Int { lengths.contains(-1) ? -1 : lengths.reduce(0, +) }

  /// The product of lengths, unknown when one is.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it overflows.
  static func product(_ lengths: some Collection<Int>) throws -> Int {
    lengths.contains(-1) ? -1 : try count(Array(lengths))
  }
}

/// An operator's operands before anything is computed.
struct ONNXOutline {
  let operation: ONNXOperation
  let operands: [ONNXSketch?]

  /// An operand that may be left out.
  func optional(_ index: Int) -> ONNXSketch? { operands.indices.contains(index) ? operands[index] : nil }

  /// An operand that must be there.
  func operand(_ index: Int) throws -> ONNXSketch {
    guard let operand = optional(index) else { throw operation.missing(index) }
    return operand
  }

  /// The shape of an operand that must be there.
  func shape(_ index: Int) throws -> [Int]? { try operand(index).shape }

  /// Whole numbers given as a setting or as an operand; unknown when that is still to be computed.
  ///
  /// - Returns: nothing when neither is given.
  func numbers(_ name: String, operand index: Int?) throws -> [Int]?? {
    if let values = try operation.integers(name) { return .some(values) }
    guard let index, let operand = optional(index) else { return nil }
    return .some(operand.values)
  }
}
