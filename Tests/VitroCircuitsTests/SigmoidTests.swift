import Foundation
import Testing
import VitroCircuits
import VitroCore
import VitroNetworks
import VitroPiecewise
import VitroTensor

@Suite struct SigmoidTests {
  private func run(_ text: String, steepness: Rational = 40, _ points: [[Float]]) throws -> [Double] {
    let network = try Formula(text).sigmoidLayout(steepness: steepness).network(named: "sigmoid")
    return try network(Tensor(points.flatMap { $0 }, shape: [points.count, points[0].count])).doubles
  }

  @Test func lessThanIsOneNeuron() throws {
    let layout = try Formula("x < 10").sigmoidLayout(steepness: 3)
    #expect(layout.layers.count == 1 && layout.units == 1)
    let network = try layout.network(named: "less")
    #expect(try network.parameters.value(named: "0.weight").doubles == [-3])
    #expect(try network.parameters.value(named: "0.bias").doubles == [30])
    let found = try network(Tensor([9, 10, 11] as [Float], shape: [3, 1])).doubles
    for (found, z) in zip(found, [3.0, 0, -3]) { #expect(abs(found - 1 / (1 + exp(-z))) < 1e-6) }
  }

  @Test func theErrorFallsWithTheSteepness() throws {
    let errors = try [1, 2, 4, 8].map { (steepness: Rational) in
      try 1 - run("x < 10", steepness: steepness, [[9]])[0]
    }
    #expect(zip(errors, errors.dropFirst()).allSatisfy { $0 > $1 && $1 > 0 })
  }

  @Test func logicOfBitsIsLogic() throws {
    let bits = (0..<8).map { bits in (0..<3).map { Float(bits >> $0 & 1) } }
    for text in [
      "a and b and c", "a or b or c", "majority(a, b, c)", "parity(a, b, c)", "not a and (b or c)",
    ] {
      let formula = try Formula(text, inputs: ["a", "b", "c"])
      let network = try formula.sigmoidLayout(steepness: 60).network(named: "logic")
      let found = try network(Tensor(bits.flatMap { $0 }, shape: [8, 3])).doubles
      for (point, found) in zip(bits, found) {
        let expected = try formula.values(at: point.map { Double($0) })[0]
        #expect(abs(found - (expected > 0.5 ? 1 : 0)) < 1e-6, "\(text) at \(point)")
      }
    }
    #expect(try abs(run("if a == b then 5 else -2", [[3, 3], [3, 4]])[1] + 2) < 1e-6)
  }

  @Test(arguments: [
    "min(a, b)", "|a|", "relu(a)", "clip(a, 0, 1)", "odd(a, 3)", "if a < b then a else b", "median(a, b, 1)",
  ])
  func whatIsNoStepIsRefusedWithTheReason(_ text: String) {
    #expect {
      try Formula(text).sigmoidLayout(steepness: 10)
    } throws: { error in
      ("\(error)").contains("no sigmoid network") && ("\(error)").contains("with ReLU all have")
    }
  }
}
