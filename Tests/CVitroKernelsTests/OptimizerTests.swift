import CVitroKernels
import Testing

@Suite struct OptimizerTests {
  private static let start = [0.5, -1.25, 2.0, 0.0, -0.001]

  private func gradient(step: Int, index: Int) -> Double { Double((step * 7 + index * 3) % 11 - 5) / 4 }

  private func gradients<Element: ReducedElement>(step: Int, count: Int) -> [Element] {
    (0..<count).map { Element(gradient(step: step, index: $0)) }
  }

  private func sgd<Element: ReducedElement>(_ settings: vitro_sgd, from start: [Element]) -> [Element] {
    var parameters = start
    var velocity = [Element](repeating: .nan, count: start.count)
    for step in 1...5 {
      var settings = settings
      settings.first = step == 1
      let g: [Element] = gradients(step: step, count: start.count)
      vitro_sgd_step(Element.kernelType, &settings, &parameters, g, &velocity, Int64(start.count))
    }
    return parameters
  }

  private func adam<Element: ReducedElement>(_ settings: vitro_adam, from start: [Element]) -> [Element] {
    var parameters = start
    var first = [Element](repeating: 0, count: start.count)
    var second = first
    for step in 1...5 {
      var settings = settings
      settings.step = Int64(step)
      let g: [Element] = gradients(step: step, count: start.count)
      vitro_adam_step(Element.kernelType, &settings, &parameters, g, &first, &second, Int64(start.count))
    }
    return parameters
  }

  /// Values of Tests/References/optimizers.py (torch 2.13).
  @Test(arguments: [
    (
      vitro_sgd(rate: 0.1, momentum: 0, dampening: 0, decay: 0, nesterov: false, first: false),
      [0.425, -1.425, 2.0, 0.17500000000000002, 0.07400000000000001]
    ),
    (
      vitro_sgd(rate: 0.1, momentum: 0, dampening: 0, decay: 0.2, nesterov: false, first: false),
      [0.3833515904, -1.294696816, 1.8059000055999999, 0.1715892, 0.07449826720319999]
    ),
    (
      vitro_sgd(rate: 0.1, momentum: 0.9, dampening: 0.3, decay: 0.01, nesterov: false, first: false),
      [0.19315420963549637, -1.798260052013611, 2.125573507727212, 0.21889009976099003, -0.04173232172632487]
    ),
    (
      vitro_sgd(rate: 0.05, momentum: 0.8, dampening: 0, decay: 0.01, nesterov: true, first: false),
      [0.341172674374668, -1.5241680881305477, 2.0103894313113466, 0.20011017171939002, 0.07133808876158197]
    ),
  ])
  func descentAgreesWithPyTorch(settings: vitro_sgd, expected: [Double]) {
    #expect(firstReducedDifference(sgd(settings, from: Self.start), expected) == nil)
    #expect(firstReducedDifference(sgd(settings, from: Self.start.map(Float.init)), expected) == nil)
  }

  @Test(arguments: [
    (
      vitro_adam(rate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0, decoupled: false, step: 0),
      [0.45667920808569074, -1.30757238547929, 2.017954182428075, 0.02969152835849375, -0.01440271473774014]
    ),
    (
      vitro_adam(rate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 1e-4, decay: 0.1, decoupled: false, step: 0),
      [0.45340010289054805, -1.2947168751463536, 1.9976628801712544, 0.029942813446010137, -0.010399384980220064]
    ),
    (
      vitro_adam(rate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.3, decoupled: true, step: 0),
      [0.4425071540902568, -1.2696499688206204, 1.9582670988024227, 0.02938581669109112, -0.013856387815746059]
    ),
  ])
  func adamAgreesWithPyTorch(settings: vitro_adam, expected: [Double]) {
    #expect(firstReducedDifference(adam(settings, from: Self.start), expected) == nil)
    #expect(firstReducedDifference(adam(settings, from: Self.start.map(Float.init)), expected) == nil)
  }

  @Test(arguments: [0, 1, 37, 100_003])
  func everyElementOfALongStretchIsUpdatedAlike(count: Int) {
    let start = (0..<count).map { Double($0 % 13) - 6 }
    let settings = vitro_adam(
      rate: 0.02, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1, decoupled: true, step: 0)
    var expected = start
    var (first, second) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for step in 1...5 {
      var (power1, power2) = (1.0, 1.0)
      for _ in 1...step { (power1, power2) = (power1 * 0.9, power2 * 0.999) }
      for index in 0..<count {
        let g = gradient(step: step, index: index)
        expected[index] -= 0.02 * 0.1 * expected[index]
        first[index] = 0.9 * first[index] + 0.1 * g
        second[index] = 0.999 * second[index] + 0.001 * g * g
        let deviation = (second[index] / (1 - power2)).squareRoot()
        expected[index] -= 0.02 * (first[index] / (1 - power1)) / (deviation + 1e-8)
      }
    }
    #expect(firstReducedDifference(adam(settings, from: start), expected, scale: 100) == nil)
    #expect(firstReducedDifference(adam(settings, from: start.map(Float.init)), expected) == nil)
  }

  @Test func descentWithoutMomentumNeedsNoVelocity() {
    var settings = vitro_sgd(rate: 0.5, momentum: 0, dampening: 0, decay: 0, nesterov: false, first: true)
    var parameters = [1.0, 2, 3]
    vitro_sgd_step(vitro_float64, &settings, &parameters, [2.0, 2, 4], nil, 3)
    #expect(parameters == [0, 1, 1])
  }
}
