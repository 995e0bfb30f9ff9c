import Testing
import VitroCore
import VitroTensor
@testable import VitroTestSupport

@Suite struct GradientCheckTests {
  private func complaints(
    at points: [Tensor], tolerance: Double = 1e-6, elements: Int = 64, _ function: @escaping ([Tensor]) throws -> Tensor
  ) throws -> [String] {
    try GradientCheck(points, tolerance: tolerance, elements: elements) { [try function($0)] }.complaints()
  }

  @Test func rightGradientsPass() throws {
    let x = try Tensor([0.3, -1.2, 2.5])
    let y = try Tensor([1.5, 0.4, -0.7])
    try checkGradient(at: [x, y], tolerance: 1e-9) { try ($0[0] * $0[1]).sin() + $0[0].exp() }
  }

  @Test func aWrongGradientIsNamedWithItsElement() throws {
    let x = try Tensor([0.3, -1.2, 2.5, 4.0], shape: [2, 2])
    let found = try complaints(at: [x]) { p in
      // The gradient through the detached factor is lost at the last element only.
      let mask = try Tensor([0.0, 0, 0, 1], shape: [2, 2])
      return try p[0] * (1 - mask) + p[0] * p[0].detached * mask
    }
    #expect(found.count == 1)
    #expect(found[0].contains("1 of 4"))
    #expect(found[0].contains("[1, 1]"))
  }

  @Test func aGradientThatIsSlightlyWrongIsFound() throws {
    let x = try Tensor([0.3, -1.2])
    #expect(try !complaints(at: [x]) { try $0[0] + $0[0].detached * 1e-5 }.isEmpty)
    #expect(try complaints(at: [x]) { try $0[0] + $0[0].detached * 1e-8 }.isEmpty)
  }

  @Test func aFunctionThatChangesUnderTheTapeIsFound() throws {
    let x = try Tensor([1.0])
    let found = try complaints(at: [x]) { try $0[0].isTracked ? $0[0] + 1e-9 : $0[0] }
    #expect(found.contains { $0.contains("while a tape watches") })
  }

  @Test func nonFiniteValuesAreFound() throws {
    let x = try Tensor([-1.0])
    #expect(try complaints(at: [x]) { try $0[0].log() }.first?.contains("not finite") == true)
    let zero = try Tensor([0.0])
    #expect(try !complaints(at: [zero]) { try $0[0].sqrt() }.isEmpty)
  }

  @Test func kinksNearAPointAreStepped() throws {
    let x = try Tensor([3e-4, -3e-4, 1.0])
    try checkGradient(at: [x]) { try $0[0].relu().sin() }
  }

  @Test func emptyAndScalarInputsAreTaken() throws {
    try checkGradient(at: [.zeros([0, 3], dtype: .float64), Tensor(2.0)]) { try $0[0].sum() + $0[1].square() }
  }

  @Test func largeInputsAreSampled() throws {
    var random = RandomStream(seed: 3, "sampled")
    let x = try random.normal([100, 100], dtype: .float64)
    var calls = 0
    try checkGradient(at: [x], elements: 5) { (p: [Tensor]) -> Tensor in
      calls += 1
      return try p[0].square().sum(axes: [0])
    }
    #expect(calls <= 2 + 5 * 12)
  }

  @Test func severalOutputsAreCheckedTogether() throws {
    let x = try Tensor([3.0, 1, 2])
    try checkGradient(at: [x]) { p -> [Tensor] in
      let (values, positions) = try p[0].sorted()
      return [try values.exp(), positions, try p[0].square()]
    }
  }

  @Test func gradientsOfNothingAreZero() throws {
    try checkGradient(at: [Tensor([1.0, 2]), Tensor([5.5])]) { try $0[0].sign() + $0[1].floor() }
  }
}
