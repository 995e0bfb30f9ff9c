import Foundation
import Testing
import VitroCore

@testable import VitroSymmetry

struct CompatibilityTests {
  @Test func `Activations go with the matrices they commute with`() throws {
    let permutation = [[[0.0, 1], [1, 0]]]
    let signed = [[[0.0, -1], [1, 0]]]
    let scaled = [[[0, 2], [0.5, 0]]]
    let negative = [[[0, -2], [-0.5, 0]]]
    let rotation = [[[0.6, -0.8], [0.8, 0.6]]]
    func works(_ name: String) throws -> [Bool] {
      let activation = try PointwiseActivation(name)
      return [permutation, signed, scaled, negative, rotation].map {
        Compatibility(activation, matrices: $0).isCompatible
      }
    }
    #expect(try works("relu") == [true, false, true, false, false])
    #expect(try works("gelu") == [true, false, false, false, false])
    #expect(try works("tanh") == [true, true, false, false, false])
    #expect(try works("cube") == [true, true, false, false, false])
    #expect(try works("identity") == [true, true, true, true, true])
    #expect(try works("sigmoid") == [true, false, false, false, false])
    // The verdict is what the functions themselves say.
    for name in InteractionGraphTests.activations {
      let activation = try PointwiseActivation(name)
      for matrices in [permutation, signed, scaled, negative, rotation] {
        var worst = 0.0
        for v in [[0.7, -1.3], [-0.2, 0.9], [1.7, 0.4]] {
          let image = matrices[0].map { row in zip(row, v).reduce(0) { $0 + $1.0 * $1.1 } }.map { activation($0) }
          let other = matrices[0].map { row in zip(row, v.map { activation($0) }).reduce(0) { $0 + $1.0 * $1.1 } }
          worst = max(worst, zip(image, other).map { abs($0 - $1) }.max() ?? 0)
        }
        #expect(Compatibility(activation, matrices: matrices).isCompatible == (worst < 1e-9), "\(name)")
      }
    }
  }

  @Test func `What breaks equivariance is said with what would work`() throws {
    let answer = Compatibility(try PointwiseActivation("relu"), matrices: [[[1, 0], [0, -1]]])
    #expect(answer.reason.contains("row 2") && answer.reason.contains("not odd"))
    #expect(answer.hint?.contains("tanh") == true)
    #expect(throws: VitroError.self) { try answer.requireCompatible("training") }
  }

  @Test func `The circle's series sums to ReLU of the wave`() {
    let series = CircleSeries()
    for x in stride(from: -3.0, through: 3, by: 0.37) {
      #expect(abs(series.partialSum(4000, at: x) - max(sin(x), 0)) < 1e-3)
    }
    #expect(series.amplitude(3) == 0 && abs(series.amplitude(2) - 2 / (3 * .pi)) < 1e-15)
  }
}
