import Testing
import VitroCircuits
import VitroCore
import VitroNetworks
import VitroPiecewise
import VitroTensor

@Suite struct ParityCircuitTests {
  @Test(arguments: [1, 2, 4, 10, 16], ParityCircuit.Style.allCases)
  func writtenNetworksAnswerEveryIntegerOfTheirRange(bits: Int, style: ParityCircuit.Style) throws {
    let check = try ParityCircuit(bits: bits, style: style).check()
    #expect(check.wrong == 0)
    #expect(check.count == 1 << bits)
    #expect(check.units == (style == .published ? 2 * bits + 2 : bits))
    let above = try #require(check.firstWrongAbove)
    let below = try #require(check.firstWrongBelow)
    #expect(above >= 1 << bits)
    #expect(style == .published ? below == -above : below < 0)
  }

  @Test func aWrongWeightIsCaught() throws {
    // The check runs the network and not the formula: the same circuit with a fold moved has to fail.
    var program = try ParityCircuit(bits: 6, style: .skips).program
    program.units[2].constant += 1
    let network = try program.network(named: "broken", style: .skips)
    let answers = try network(Tensor((0..<64).map(Float.init), shape: [64, 1])).doubles
    #expect((0..<64).contains { answers[$0] != ($0 % 2 == 0 ? 1 : 0) })
  }

  @Test(arguments: [3, 5]) func bothStylesAreTheLanguagesEven(bits: Int) throws {
    let box = InputBox(["x"], 0, Rational(1 << bits))
    let formula = try Formula("even(x, \(bits))", inputs: ["x"]).program(box: box)
    for style in ParityCircuit.Style.allCases {
      let circuit = try ParityCircuit(bits: bits, style: style)
      #expect(try circuit.program.certify(equals: formula, over: box, tolerance: 0).isCertified)
      let network = try ReLUProgram<Rational>(circuit.network())
      #expect(try network.certify(equals: formula, over: box, tolerance: 0).isCertified)
    }
  }

  @Test(arguments: [0, -1, 25]) func bitsBeyondSinglePrecisionAreRefused(bits: Int) {
    #expect(throws: VitroError.self) { try ParityCircuit(bits: bits, style: .skips) }
  }
}

@Suite struct ParityBoundTests {
  @Test func theBoundCountsPieces() {
    #expect(ParityBound.piecesNeeded(bits: 4) == 15)
    #expect(ParityBound.mostPieces(hidden: []) == 1)
    #expect(ParityBound.mostPieces(hidden: [8, 8]) == 81)
    #expect(ParityBound.mostPieces(hidden: Array(repeating: 1 << 40, count: 4)) == .max)
    for bits in 2...24 { #expect(ParityBound.fewestUnits(bits: bits) == bits) }
    #expect(ParityBound.fewestUnits(bits: 1) == 0)
  }

  @Test(arguments: [2, 3, 4, 5]) func writtenCircuitsLieBetweenTheBounds(bits: Int) throws {
    let circuit = try ParityCircuit(bits: bits, style: .published)
    var pieces = 0
    let box = InputBox(["x"], 0, Rational((1 << bits) - 1))
    try ExactRegions(circuit.program, box: box).forEach { _ in
      pieces += 1
      return true
    }
    #expect(pieces >= ParityBound.piecesNeeded(bits: bits))
    #expect(pieces <= ParityBound.mostPieces(hidden: Array(repeating: 2, count: bits + 1)))
  }

  @Test(arguments: 3...9) func plainChainsOfAsManyUnitsAsBitsHaveTooFewPiecesUnlessAllLayersAreSingle(bits: Int) {
    /// All ways to share units among layers.
    func layers(_ units: Int) -> [[Int]] {
      units == 0 ? [[]] : (1...units).flatMap { first in layers(units - first).map { [first] + $0 } }
    }
    for hidden in layers(bits) where hidden.contains(where: { $0 > 1 }) {
      #expect(ParityBound.mostPieces(hidden: hidden) <= 3 << (bits - 2))
    }
    #expect(3 << (bits - 2) < ParityBound.piecesNeeded(bits: bits))
  }

  @Test func narrowArchitecturesAreRefusedWithTheReason() throws {
    #expect(throws: VitroError.self) { try ParityBound.check(hidden: [8], bits: 4) }
    #expect(throws: Never.self) { try ParityBound.check(hidden: [14], bits: 4) }
    #expect(throws: VitroError.self) { try ParityBound.check(hidden: [13], bits: 4) }
    do {
      try ParityBound.check(hidden: [4], bits: 4)
    } catch let error as VitroError {
      #expect(error.code == .unsupported)
      #expect(error.message.contains("at most 5 linear pieces") && error.message.contains("need 15"))
    }
  }
}
