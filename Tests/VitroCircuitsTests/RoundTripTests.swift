import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroPiecewise
import VitroTensor

@testable import VitroCircuits

/// Random formulas are written, stripped to anonymous matrices with neurons permuted and rescaled, read back, and proved equal.
@Suite struct RoundTripTests {
  /// In float64 and rescaled by powers of two numbers stay exact, so the formula read must be the function itself.
  @Test func dyadicFormulasComeBackExactly() throws {
    var exact = 0
    for seed in 0..<100 {
      var generator = SplitMix(state: UInt64(seed) &* 7919)
      let formula = Self.formula(&generator, isDyadic: true)
      let box = InputBox(formula.inputs, -4, 4)
      let network = try Self.anonymous(formula, box: box, &generator, dtype: .float64) {
        Double(1 << Int.random(in: 0...6, using: &$0)) / 8
      }
      let program = try ReLUProgram<Rational>(network, names: formula.inputs)
      let reading = try NetworkReading(program, over: box, tolerance: 0)
      #expect(reading.certificate.isCertified, "\(formula)  →  \(reading.formula)")
      #expect(reading.certificate.upperBound == 0)
      let proof = try reading.formula.program(box: box).certify(
        equals: formula.program(box: box), over: box, tolerance: 0)
      // Products of many constants can have more than 53 bits; then the file itself is off by its last one.
      if proof.isCertified { exact += 1 }
      #expect(Double(proof.largestSeen) < 1e-12, "\(formula)  →  \(reading.formula)")
      let text = "\(reading.formula)"
      #expect(try Formula(text, inputs: formula.inputs) == reading.formula, "\(text) does not read back")
    }
    #expect(exact >= 97)
  }

  /// Rescaled by any factor and with any decimals, float32 rounds; the bound stays below a millionth of the function's size.
  @Test(arguments: 0..<100) func otherFormulasComeBackToAMillionth(_ seed: Int) throws {
    var generator = SplitMix(state: UInt64(seed) &* 104_729 &+ 1)
    let formula = Self.formula(&generator, isDyadic: false)
    let box = InputBox(formula.inputs, -4, 4)
    let network = try Self.anonymous(formula, box: box, &generator, dtype: .float32) {
      Double.random(in: 0.2...5, using: &$0)
    }
    let program = try ReLUProgram<Rational>(network, names: formula.inputs)
    let scale = try Self.scale(of: formula, box: box)
    let tolerance = Rational(1, over: 1_000_000) * scale
    let reading = try NetworkReading(program, over: box, tolerance: tolerance)
    #expect(reading.certificate.isCertified, "\(formula)  →  \(reading.formula)")
    let proof = try reading.formula.program(box: box).certify(
      equals: formula.program(box: box), over: box, tolerance: tolerance * 2)
    #expect(proof.isCertified, "\(formula)  →  \(reading.formula)")
  }

  /// The largest summand on the way: what float32 rounds relative to.
  private static func scale(of formula: Formula, box: InputBox) throws -> Rational {
    let program = try formula.program(box: box)
    return program.sourceBounds(over: box).reduce(1) { max($0, max($1.low.magnitude, $1.high.magnitude)) }
  }

  static func formula(_ generator: inout SplitMix, isDyadic: Bool) -> Formula {
    let inputs = Array(["a", "b", "c"].prefix(Int.random(in: 1...3, using: &generator)))
    while true {
      let expression = expression(depth: Int.random(in: 2...5, using: &generator), inputs, isDyadic, &generator)
        .simplified
      if !expression.variables.isEmpty { return Formula(inputs: inputs, outputs: [expression]) }
    }
  }

  private static func number(_ isDyadic: Bool, _ generator: inout SplitMix) -> Rational {
    isDyadic
      ? Rational(Int.random(in: -12...12, using: &generator), over: 4)
      : Rational(Int.random(in: -300...300, using: &generator), over: 100)
  }

  private static func expression(
    depth: Int, _ inputs: [String], _ isDyadic: Bool, _ generator: inout SplitMix
  ) -> FormulaExpression {
    if depth <= 1 {
      return Int.random(in: 0..<4, using: &generator) == 0
        ? .number(number(isDyadic, &generator)) : .variable(inputs.randomElement(using: &generator) ?? "a")
    }
    func part() -> FormulaExpression {
      expression(depth: Int.random(in: 1..<depth, using: &generator), inputs, isDyadic, &generator)
    }
    switch Int.random(in: 0..<11, using: &generator) {
    case 0: return .sum([part(), part()])
    case 1: return .scaled(number(isDyadic, &generator), part())
    case 2: return .min([part(), part()])
    case 3: return .max([part(), part()])
    case 4: return .abs(part())
    case 5: return .relu(part())
    case 6:
      let low = number(isDyadic, &generator)
      return .clip(part(), low: .number(low), high: .number(low + 2))
    case 7: return .comparison(.less, part(), part(), width: 1)
    case 8:
      return .conditional(
        if: .comparison(.greaterOrEqual, part(), part(), width: 1), then: .number(number(isDyadic, &generator)),
        else: .number(number(isDyadic, &generator)))
    case 9:
      return .parity([
        .comparison(.less, part(), .number(1), width: 1), .comparison(.greater, part(), .number(0), width: 1),
      ])
    default: return .sum([part(), .scaled(-1, part())])
    }
  }

  /// The formula's network with neurons in another order and each rescaled, saved as matrices without a description, and read again.
  static func anonymous(
    _ formula: Formula, box: InputBox, _ generator: inout SplitMix, dtype: DType, factor: (inout SplitMix) -> Double
  ) throws -> Network {
    let network = try formula.program(box: box).network(named: "anonymous", style: .chain, box: box, dtype: dtype)
    var arrays: [(name: String, array: RawArray)] = []
    var order: [Int]?
    var factors: [Double] = []
    let layers = network.parameters.names.compactMap { $0.hasSuffix(".weight") ? Int($0.dropLast(7)) : nil }.sorted()
    for layer in layers {
      let weight = try network.parameters.value(named: "\(layer).weight")
      let (rows, columns) = (weight.shape[0], weight.shape[1])
      let (weights, biases) = (try weight.doubles, try network.parameters.value(named: "\(layer).bias").doubles)
      let isLast = layer == layers.last
      let own = isLast ? Array(0..<rows) : Array(0..<rows).shuffled(using: &generator)
      let scales = own.map { _ in isLast ? 1 : factor(&generator) }
      var (newWeights, newBiases): ([Double], [Double]) = ([], [])
      for (row, scale) in zip(own, scales) {
        for column in 0..<columns {
          let source = order?[column] ?? column
          let divisor = factors.isEmpty ? 1 : factors[column]
          newWeights.append(weights[row * columns + source] * scale / divisor)
        }
        newBiases.append(biases[row] * scale)
      }
      (order, factors) = (own, scales)
      arrays.append(("\(layer).weight", try Tensor(newWeights, shape: [rows, columns]).cast(to: dtype).raw))
      arrays.append(("\(layer).bias", try Tensor(newBiases, shape: [rows]).cast(to: dtype).raw))
    }
    let url = FileManager.default.temporaryDirectory.appending(path: "vitro-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try Safetensors.write(arrays, to: url.path)
    return try Network(url.path)
  }
}
