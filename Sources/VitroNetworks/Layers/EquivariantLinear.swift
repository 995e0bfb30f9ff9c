internal import VitroCore
public import VitroTensor

/// A linear layer that commutes with a group: weights are tied along the orbits of the group on pairs of points.
///
/// `y[p, o] = Σ_q Σ_i w[label(p, q), o, i] · x[q, i] + b[biasLabel(p), o]`, for points p of the output and q of the input, with channels o and
/// i. These are all the linear maps that commute with the group, since the indicators of the orbits are a basis of them. For C_n on its own
/// n points it is a circular convolution, for C_n² on a torus a periodic one, for S_n on n points `a·x + b·Σx` (Zaheer et al., *Deep Sets*, 2017).
///
/// Parameters: `weight [orbits, outputs, inputs]` and `bias [bias orbits, outputs]`. Shapes: `[points, inputs]` → `[points, outputs]`.
///
/// Every output reads all points of the input, so its fan-in is `points · inputs`: initial weights are as large as those of the dense layer
/// `[points · inputs] → [points · outputs]` that the layer is a part of.
///
/// ```swift
/// let turns = try OrbitLabels(
///   rows: 4, columns: 4, labels: (0..<16).map { ($0 % 4 - $0 / 4 + 4) % 4 }, biasLabels: [0, 0, 0, 0])
/// let network = try Network(
///   .chain(
///     "rotations", input: [4, 1],
///     [
///       ("layer1", EquivariantLinear(turns, inputs: 1, outputs: 8)), ("relu1", Activation(.relu)),
///       ("pool", Mean(axes: [0])),
///     ]),
///   seed: 0)
/// ```
public struct EquivariantLinear: Layer {
  /// `equivariantLinear`.
  public static let kind = "equivariantLinear"
  /// Which weights are one.
  public var orbits: OrbitLabels
  /// The channels of each point of the input.
  public var inputs: Int
  /// The channels of each point of the output.
  public var outputs: Int
  /// Whether a bias is added.
  public var bias: Bool

  /// Yes: by the ε-rule.
  public var isLinearizable: Bool { true }

  /// Creates a layer from `inputs` to `outputs` channels.
  public init(_ orbits: OrbitLabels, inputs: Int, outputs: Int, bias: Bool = true) {
    self.orbits = orbits
    self.inputs = inputs
    self.outputs = outputs
    self.bias = bias
  }

  /// `weight` and, if there is one, `bias`.
  public var parameters: [ParameterSpec] {
    let (fanIn, fanOut) = ([orbits.columns, inputs].elementCount, [orbits.rows, outputs].elementCount)
    let weight = ParameterSpec("weight", [orbits.count, outputs, inputs], .weight, fanIn: fanIn, fanOut: fanOut)
    guard bias else { return [weight] }
    return [weight, ParameterSpec("bias", [orbits.biasCount, outputs], .bias, fanIn: fanIn, fanOut: fanOut)]
  }

  /// `[points, inputs]` → `[points, outputs]`.
  public func outputShape(of shapes: [[Int]]) throws -> [Int] {
    try requireInputs(1, shapes)
    guard inputs >= 1, outputs >= 1, shapes[0] == [orbits.columns, inputs] else {
      throw shapeError(shapes, expected: "[\(orbits.columns), \(inputs)]")
    }
    return [orbits.rows, outputs]
  }

  /// Computes the map.
  ///
  /// - Complexity: O(batch · rows · outputs · columns · inputs) as one matrix product; where orbits are few, O(batch · rows · inputs · orbits ·
  ///   (columns + outputs)): points of an orbit are added up first.
  public func forward(_ inputs: [Tensor], in context: LayerContext) throws -> Tensor {
    let parameters = context.parameters
    let addsUpFirst = orbits.count * (orbits.columns + outputs) < orbits.columns * outputs
    let product =
      addsUpFirst
      ? try productOfSums(inputs[0], parameters[0]) : try productWithMatrix(inputs[0], parameters[0])
    guard bias else { return try context.summed(product) }
    let table = try parameters[1].gather(orbits.positions.points, axis: -2)
    return try context.summed(product + (context.instances == nil ? table : table.expandingAxis(1)))
  }

  /// The layer's weights as the matrix of a dense layer, `[… , rows, outputs, columns, inputs]`.
  ///
  /// - Parameter weight: The layer's `weight [orbits, outputs, inputs]`, perhaps with an instance axis before.
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) for a weight of another shape.
  public func matrix(of weight: Tensor) throws -> Tensor {
    guard weight.rank >= 3, weight.shape.suffix(3) == [orbits.count, outputs, inputs] else {
      throw VitroError(
        .shape, Self.kind, "the weight is \(weight.shape), expected \([orbits.count, outputs, inputs])",
        details: ["found": "\(weight.shape)", "expected": "\([orbits.count, outputs, inputs])"])
    }
    let leading = Array(weight.shape.dropLast(3))
    let count = leading.count
    return try rowsByOutput(weight).reshaped(leading + [outputs, orbits.rows, orbits.columns, inputs])
      .permuted(Array(0..<count) + [count + 1, count, count + 2, count + 3])
  }

  /// The matrix with its rows ordered by output channel, then point: nothing as large as it is moved.
  private func rowsByOutput(_ weight: Tensor) throws -> Tensor {
    let leading = Array(weight.shape.dropLast(3))
    return try weight.transposed(-3, -2).gather(orbits.positions.pairs, axis: -2)
      .reshaped(leading + [outputs * orbits.rows, orbits.columns * inputs])
  }

  private func productWithMatrix(_ x: Tensor, _ weight: Tensor) throws -> Tensor {
    let leading = x.shape.dropLast(2)
    let product = try x.reshaped(leading + [orbits.columns * inputs]).linear(weight: rowsByOutput(weight))
    return try product.reshaped(product.shape.dropLast() + [outputs, orbits.rows]).transposed()
  }

  private func productOfSums(_ x: Tensor, _ weight: Tensor) throws -> Tensor {
    let (rows, columns, count) = (orbits.rows, orbits.columns, orbits.count)
    let members = try orbits.positions.pairs.reshaped([rows, columns]).oneHot(count: count, dtype: x.dtype)
    let sums = try members.transposed().reshaped([rows * count, columns]).matmul(x)
    let leading = Array(weight.shape.dropLast(3))
    let table = try weight.transposed(-3, -2).reshaped(leading + [outputs, count * inputs])
    return try sums.reshaped(x.shape.dropLast(2) + [rows, count * inputs]).linear(weight: table)
  }
}
