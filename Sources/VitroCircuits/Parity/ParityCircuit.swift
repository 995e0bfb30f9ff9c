internal import VitroCore
public import VitroNetworks
public import VitroPiecewise
internal import VitroTensor

/// Parity written into weights by folds: `|…||x − 2ⁿ⁻¹| − 2ⁿ⁻²| … − 1|` is 1 for the even integers 0 ≤ x < 2ⁿ and 0 for the odd ones.
///
/// A fold `f_c(x) = |x − c|` at the middle of a range lays its upper half on its lower one and keeps parity as long as c is even; the last fold, at 1, maps {0, 1, 2} to {1, 0, 1}.
///
/// ```swift
/// let circuit = try ParityCircuit(bits: 10, style: .skips)
/// let network = try circuit.network()  // ten ReLUs
/// print(try circuit.check().wrong)  // 0 of 1024
/// ```
public struct ParityCircuit: Sendable, Hashable {
  /// How a fold becomes units.
  public enum Style: String, Sendable, Hashable, Codable, CaseIterable {
    /// As published: `|x|` first, and each fold two ReLUs, `ReLU(x − c) + ReLU(c − x)`: n + 1 folds, 2n + 2 units in a plain chain of layers.
    case published
    /// One ReLU and a skip: `2 ReLU(x − c) − (x − c)`: n units.
    case skips
  }

  /// n: the circuit is right on 0 ..< 2ⁿ.
  public var bits: Int
  /// How a fold becomes units.
  public var style: Style

  /// Creates a circuit.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) unless 1 ≤ bits ≤ 24: float32 holds no more integers exactly.
  public init(bits: Int, style: Style) throws {
    guard (1...FormulaExpression.mostBits).contains(bits) else {
      throw VitroError(
        .argument, "parity", "\(bits) bits are asked for, expected 1 to \(FormulaExpression.mostBits)",
        hint: "Float32 holds every whole number up to 2²⁴ and not all beyond.",
        details: ["field": "bits", "found": "\(bits)", "expected": "1 to \(FormulaExpression.mostBits)"])
    }
    (self.bits, self.style) = (bits, style)
  }

  /// Where each fold lies, in running order.
  public var folds: [Int] {
    let halves = (0..<bits).reversed().map { 1 << $0 }
    return style == .published ? [0] + halves : halves
  }

  /// The number of ReLUs.
  public var units: Int { folds.count * (style == .published ? 2 : 1) }

  /// The circuit as ReLU units.
  public var program: ReLUProgram<Rational> {
    var program = ReLUProgram<Rational>(inputs: ["x"])
    var value = AffineForm<Rational>(source: 0)
    for fold in folds {
      let inside = value - AffineForm(constant: Rational(fold))
      switch style {
      case .published: value = program.addReLU(of: inside) + program.addReLU(of: inside * -1)
      case .skips: value = program.addReLU(of: inside) * 2 - inside
      }
    }
    program.outputs = [value]
    return program
  }

  /// The float32 network.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as ``NetworkLayout/network(named:dtype:metadata:)``.
  public func network() throws -> Network {
    let program = program.pruned
    let metadata = ["box": "x=0:\((1 << bits) - 1)", "formula": "even(x, \(bits))"]
    guard style == .published else {
      return try program.network(named: "even \(bits) bits", style: .skips, metadata: metadata)
    }
    // Each pair of units reads the pair before it alone.
    var layers: [NetworkLayout.Layer] = []
    for (index, pair) in stride(from: 0, to: program.units.count, by: 2).enumerated() {
      let rows = program.units[pair..<pair + 2].map { form in
        form.renumbered { $0 == 0 ? 0 : ($0 - 1) % 2 }
      }
      layers.append(NetworkLayout.Layer(reads: [index - 1], rows: rows, isActive: true))
    }
    let output = program.outputs[0].renumbered { ($0 - 1) % 2 }
    layers.append(NetworkLayout.Layer(reads: [layers.count - 1], rows: [output], isActive: false))
    return try NetworkLayout(inputs: ["x"], layers: layers)
      .network(named: "even \(bits) bits, as published", metadata: metadata)
  }
}
