import Foundation
import Testing
import VitroCircuits
import VitroCore
import VitroNetworks
import VitroPiecewise
import VitroTensor

@Suite struct NetworkLayoutTests {
  /// The layout run exactly.
  private func outputs(_ layout: NetworkLayout, at point: [Rational]) -> [Rational] {
    var values: [[Rational]] = []
    for layer in layout.layers {
      let read = layer.reads.flatMap { $0 < 0 ? point : values[$0] }
      values.append(layer.rows.map { layer.isActive ? max($0.value(at: read), 0) : $0.value(at: read) })
    }
    return values[values.count - 1]
  }

  @Test func chainsAndSkipsAreTheProgramExactly() throws {
    var dice = Dice(11)
    for _ in 0..<700 {
      let formula = RandomFormulas.formula(&dice, depth: 3)
      let program = try formula.program()
      let chain = try program.layout(.chain)
      let skips = try program.layout(.skips)
      #expect(skips.units == program.units.count)
      #expect(chain.depth == program.depth)
      for (index, layer) in chain.layers.enumerated() { #expect(layer.reads == [index - 1]) }
      for point in RandomFormulas.points(4, inputs: 3, &dice) {
        let expected = program(point)
        #expect(outputs(chain, at: point) == expected, "\(formula) at \(point)")
        #expect(outputs(skips, at: point) == expected, "\(formula) at \(point)")
      }
    }
  }

  @Test func boxesNarrowChains() throws {
    var dice = Dice(12)
    let box = try InputBox("a=0:4,b=-2:3,c=-5:-1")
    for _ in 0..<300 {
      let formula = RandomFormulas.formula(&dice, depth: 3)
      let program = try formula.program(box: box)
      let chain = try program.layout(.chain, box: box)
      #expect(try chain.units <= program.layout(.chain).units)
      for _ in 0..<4 {
        let point = zip(box.lower, box.upper).map { low, high in
          low + (high - low) * Rational(Int.random(in: 0...6, using: &dice), over: 6)
        }
        #expect(outputs(chain, at: point) == program(point), "\(formula) at \(point)")
      }
    }
  }

  @Test(arguments: [
    ("min(a, b)", [3]), ("|x|", [2]), ("relu(x)", [1]), ("odd(x, 4)", [2, 2, 2, 2]), ("a - b", []),
    ("relu(a) + relu(b)", [2]), ("a == b", [2, 1]),
  ])
  func chainsAreNarrow(_ text: String, _ widths: [Int]) throws {
    #expect(try Formula(text).program().layout(.chain).widths == widths)
  }

  @Test func networksComputeTheFormulaUpToRounding() throws {
    var dice = Dice(13)
    for _ in 0..<150 {
      let formula = RandomFormulas.formula(&dice, depth: 3)
      let program = try formula.program()
      let points = RandomFormulas.points(16, inputs: 3, &dice)
      for style in NetworkLayout.Style.allCases {
        let network = try program.network(named: "formula", style: style, dtype: .float64)
        let batch = try Tensor(points.flatMap { $0.map { Double($0) } }, shape: [points.count, 3])
        let found = try network(batch).doubles
        let expected = try points.flatMap { try formula.values(at: $0).map { Double($0) } }
        let scale = max(1, points.flatMap { program.sources(at: $0) }.map { abs(Double($0)) }.max() ?? 1)
        for (found, expected) in zip(found, expected) {
          #expect(abs(found - expected) <= 1e-9 * scale * scale, "\(formula)")
        }
      }
    }
  }

  @Test func parityIsExactInSinglePrecisionOverEveryNumber() throws {
    let bits = 12
    for style in NetworkLayout.Style.allCases {
      let layout = try Formula("odd(x, \(bits))").program().layout(style)
      #expect(layout.rounding == 0)
      let network = try layout.network(named: "odd")
      let numbers = (0..<1 << bits).map { Float($0) }
      let found = try network(Tensor(numbers, shape: [numbers.count, 1])).doubles
      #expect(found == numbers.map { Double(Int($0) % 2) })
    }
  }

  @Test func chainsAreReadFromTheirWeightsAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "circuits-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let formula = try Formula("min(a, max(b, 3)) + |a - b|, odd(a, 3)")
    let network = try formula.program().network(named: "chain")
    try network.save(to: folder)
    let bare = try Network(linearChainFrom: folder + "/weights.safetensors")
    let points = try Tensor((0..<40).map { Float($0 * 7 % 23) - 9 }, shape: [20, 2])
    #expect(try bare(points).doubles == network(points).doubles)
    let program = try ReLUProgram<Rational>(Network(folder))
    #expect(program.inputs == ["a", "b"])
    for point in [[Rational(5), 2], [Rational(-3), 7], [Rational(1, over: 3), 3]] {
      #expect(program(point) == (try formula.values(at: point)))
    }
  }

  @Test func valuesThatAppearTogetherAreHandedOnTogether() throws {
    let doubling =
      "let t0 = a; " + (1...80).map { "let t\($0) = t\($0 - 1) + relu(t\($0 - 1) - \($0)); " }.joined() + "t80"
    let program = try Formula(doubling).program()
    let chain = try program.layout(.chain)
    #expect(chain.widths.allSatisfy { $0 == 2 } && chain.depth == 80)
    for x in [Rational(-3), 0, 1, 7] { #expect(outputs(chain, at: [x]) == program([x])) }
  }

  @Test func wideChainsAreExactToo() throws {
    let wide =
      "let s = " + (1...90).map { "relu(a - \($0)*b)" }.joined(separator: " + ")
      + "; let m = max(s, a), n = min(m, b); relu(m - 3) + "
      + (1...90).map { "\($0)*relu(a - \($0)*b)" }.joined(separator: " - ")
    #expect(throws: VitroError.self) { try Formula(wide) }
    let formula = try Formula(wide.replacing(", n = ", with: "; let n = ").replacing("relu(m", with: "relu(n + m"))
    let program = try formula.program()
    let chain = try program.layout(.chain)
    var dice = Dice(17)
    for point in RandomFormulas.points(10, inputs: 2, &dice) { #expect(outputs(chain, at: point) == program(point)) }
  }

  @Test func whatFloatsCannotHoldIsSaid() throws {
    #expect(try Formula("0.5*relu(x)").program().layout().rounding == 0)
    let third = try Formula("relu(x)/3").program().layout().rounding
    #expect(third > 0 && third < 1e-7)
    #expect(throws: VitroError.self) { try Formula("1e60*relu(x)").program().layout() }
    let big = "parity(" + (0..<6000).map { "p\($0)" }.joined(separator: ",") + ")"
    #expect(throws: VitroError.self) { try Formula(big).program().layout() }
  }

  @Test func exactlyTheGalleryOfTwoReLUsAFold() throws {
    let layout = try Formula("even(x, 5)").program().layout(.chain)
    #expect(layout.widths == [2, 2, 2, 2, 2])
    let skips = try Formula("even(x, 5)").program().layout(.skips)
    #expect(skips.widths == [1, 1, 1, 1, 1])
  }
}
