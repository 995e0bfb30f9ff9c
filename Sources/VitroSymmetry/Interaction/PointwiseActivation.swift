internal import Foundation
internal import VitroCore

/// A function applied to every coordinate, and what decides which simples it joins: its even and odd parts.
///
/// ```swift
/// let relu = try PointwiseActivation("relu")
/// let parts = relu.parts.description  // x + an even function that is no polynomial
/// ```
public struct PointwiseActivation: Sendable, Hashable {
  /// Which function.
  public let kind: Kind
  /// What reports call it: `relu`, `power:3`, `relu-bias:0.3`.
  public let name: String
  /// Its parts.
  public let parts: Parts

  /// The functions.
  public enum Kind: Sendable, Hashable {
    /// x.
    case identity
    /// max(x, 0).
    case relu
    /// |x|.
    case abs
    /// x for x > 0, else slope·x.
    case leakyRelu(slope: Double)
    /// max(x + b, 0).
    case reluWithBias(Double)
    /// x·Φ(x).
    case gelu
    /// x·σ(x).
    case silu
    /// log(1 + eˣ).
    case softplus
    /// tanh x.
    case tanh
    /// sin x.
    case sine
    /// x, held between −1 and 1.
    case hardTanh
    /// 1/(1 + e⁻ˣ).
    case sigmoid
    /// x for x > 0, else eˣ − 1.
    case elu
    /// xᵐ.
    case power(Int)
  }

  /// What a function is a sum of.
  public struct Parts: Sendable, Hashable, CustomStringConvertible {
    /// The powers of x in its polynomial part, 0 for a constant.
    public var powers: [Int]
    /// Whether it has an even part that is no polynomial.
    public var hasEvenPart: Bool
    /// Whether it has an odd part that is no polynomial.
    public var hasOddPart: Bool
    /// Whether f(cx) = c·f(x) for c > 0: a·x + b·|x|.
    public var isPositivelyHomogeneous: Bool

    /// The parts in words.
    public var description: String {
      let polynomial = powers.map { $0 == 0 ? "a constant" : $0 == 1 ? "x" : "x^\($0)" }
      let rest: [String] =
        hasEvenPart && hasOddPart
        ? ["even and odd functions that are no polynomials"]
        : hasEvenPart
          ? ["an even function that is no polynomial"] : hasOddPart ? ["an odd function that is no polynomial"] : []
      return (polynomial + rest).joined(separator: " + ")
    }
  }

  /// The names that need no number.
  private static let plain: [String: Kind] = [
    "identity": .identity, "relu": .relu, "abs": .abs, "leaky-relu": .leakyRelu(slope: 0.01), "gelu": .gelu,
    "silu": .silu, "softplus": .softplus, "tanh": .tanh, "sin": .sine, "hardtanh": .hardTanh, "sigmoid": .sigmoid,
    "elu": .elu, "square": .power(2), "cube": .power(3), "relu-bias": .reluWithBias(0.3),
  ]

  /// The names of all functions; `leaky-relu:0.1`, `relu-bias:0.5` and `power:4` take a number.
  public static let names = plain.keys.sorted() + ["power:m"]

  /// The function of a name.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that says none.
  public init(_ name: String) throws {
    let words = name.split(separator: ":", maxSplits: 1).map(String.init)
    let number = words.count == 2 ? Double(words[1]).flatMap { $0.isFinite ? $0 : nil } : nil
    switch (words.first ?? "", number) {
    case ("leaky-relu", .some(let slope)) where Swift.abs(slope) <= 1000: self.init(.leakyRelu(slope: slope))
    case ("relu-bias", .some(let bias)) where Swift.abs(bias) <= 10: self.init(.reluWithBias(bias))
    case ("power", .some(let power)) where (0...12).contains(power) && power == power.rounded():
      self.init(.power(Int(power)))
    case (let word, nil) where words.count == 1 && Self.plain[word] != nil: self.init(Self.plain[word] ?? .relu)
    default:
      throw VitroError.unknownName(name, kind: "activation", known: Self.names, operation: "the interaction graph")
    }
  }

  /// A function.
  public init(_ kind: Kind) {
    self.kind = kind
    name =
      switch kind {
      case .leakyRelu(let slope): "leaky-relu:\(slope)"
      case .reluWithBias(let bias): "relu-bias:\(bias)"
      case .power(let power): "power:\(power)"
      default: Self.plain.sorted { $0.key < $1.key }.first { $0.value == kind }?.key ?? "\(kind)"
      }
    func parts(_ powers: [Int], even: Bool = false, odd: Bool = false, homogeneous: Bool = false) -> Parts {
      Parts(powers: powers, hasEvenPart: even, hasOddPart: odd, isPositivelyHomogeneous: homogeneous)
    }
    self.parts =
      switch kind {
      case .identity: parts([1], homogeneous: true)
      case .relu: parts([1], even: true, homogeneous: true)
      case .abs: parts([], even: true, homogeneous: true)
      case .leakyRelu(let slope):
        // (1 + s)/2·x + (1 − s)/2·|x|.
        parts(slope == -1 ? [] : [1], even: slope != 1, homogeneous: true)
      case .reluWithBias(0): parts([1], even: true, homogeneous: true)
      case .reluWithBias, .elu: parts([], even: true, odd: true)
      case .gelu, .silu, .softplus: parts([1], even: true)
      case .tanh, .sine, .hardTanh: parts([], odd: true)
      case .sigmoid: parts([0], odd: true)
      case .power(let power): parts([power], homogeneous: power == 1)
      }
  }

  /// f(x).
  public func callAsFunction(_ x: Double) -> Double {
    switch kind {
    case .identity: x
    case .relu: Swift.max(x, 0)
    case .abs: Swift.abs(x)
    case .leakyRelu(let slope): x > 0 ? x : slope * x
    case .reluWithBias(let bias): Swift.max(x + bias, 0)
    case .gelu: x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .silu: x / (1 + exp(-x))
    case .softplus: Swift.max(x, 0) + log1p(exp(-Swift.abs(x)))
    case .tanh: Foundation.tanh(x)
    case .sine: sin(x)
    case .hardTanh: Swift.min(Swift.max(x, -1), 1)
    case .sigmoid: 1 / (1 + exp(-x))
    case .elu: x > 0 ? x : expm1(x)
    case .power(let power): (0..<power).reduce(1) { product, _ in product * x }
    }
  }

  /// For f = a·x + b·|x|, a and b.
  var slopes: (linear: Double, absolute: Double)? {
    switch kind {
    case .identity: (1, 0)
    case .relu, .reluWithBias(0): (0.5, 0.5)
    case .abs: (0, 1)
    case .leakyRelu(let slope): ((1 + slope) / 2, (1 - slope) / 2)
    case .power(1): (1, 0)
    default: nil
    }
  }
}

extension PointwiseActivation.Parts {
  /// The parts of any function, found from its values.
  ///
  /// The even part (f(x) + f(−x))/2 and the odd part are each compared with their least-squares polynomial of degree up to 8 on Chebyshev points of
  /// [−4, 4]; a part that no such polynomial meets within 10⁻⁹ of its size is none.
  public init(of function: (Double) -> Double) {
    func polynomial(_ part: (Double) -> Double, parity: Int) -> [Int]? {
      let degrees = Array(stride(from: parity, through: 8, by: 2))
      let nodes = (0..<64).map { 4 * cos(.pi * (Double($0) + 0.5) / 128) }
      let values = nodes.map(part)
      let size = Swift.max(values.map { abs($0) }.max() ?? 0, 1e-300)
      if size < 1e-12 { return [] }
      // Orthonormal by Gram–Schmidt on the nodes, lowest degree first; coefficients of powers fall out by substitution.
      var basis: [[Double]] = []
      var rest = values
      for degree in degrees {
        var vector = nodes.map { pow($0 / 4, Double(degree)) }
        for _ in 0..<2 {
          for known in basis {
            let overlap = zip(vector, known).reduce(0) { $0 + $1.0 * $1.1 }
            for i in vector.indices { vector[i] -= overlap * known[i] }
          }
        }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        vector = vector.map { $0 / norm }
        basis.append(vector)
        let overlap = zip(rest, vector).reduce(0) { $0 + $1.0 * $1.1 }
        for i in rest.indices { rest[i] -= overlap * vector[i] }
        if (rest.map { abs($0) }.max() ?? 0) < 1e-9 * size {
          return Self.powers(nodes, values, Array(degrees.prefix(basis.count)), size)
        }
      }
      return nil
    }
    let even = polynomial({ (function($0) + function(-$0)) / 2 }, parity: 0)
    let odd = polynomial({ (function($0) - function(-$0)) / 2 }, parity: 1)
    let homogeneous = [0.5, 1, 3].allSatisfy { x in
      [0.25, 2].allSatisfy { c in
        abs(function(c * x) - c * function(x)) < 1e-9 && abs(function(-c * x) - c * function(-x)) < 1e-9
      }
    }
    self.init(
      powers: ((even ?? []) + (odd ?? [])).sorted(), hasEvenPart: even == nil, hasOddPart: odd == nil,
      isPositivelyHomogeneous: homogeneous)
  }

  /// The powers with a coefficient that matters, of a polynomial through its values.
  private static func powers(_ nodes: [Double], _ values: [Double], _ degrees: [Int], _ size: Double) -> [Int] {
    let count = degrees.count
    let picked = (0..<count).map { nodes[$0 * (nodes.count - 1) / Swift.max(count - 1, 1)] }
    var matrix = picked.map { x in degrees.map { pow(x / 4, Double($0)) } + [values[nodes.firstIndex(of: x) ?? 0]] }
    for column in 0..<count {
      let pivot = (column..<count).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) } ?? column
      matrix.swapAt(column, pivot)
      for row in 0..<count where row != column {
        let factor = matrix[row][column] / matrix[column][column]
        for k in column...count { matrix[row][k] -= factor * matrix[column][k] }
      }
    }
    return degrees.indices.filter { abs(matrix[$0][count] / matrix[$0][$0]) > 1e-7 * size }.map { degrees[$0] }
  }
}
