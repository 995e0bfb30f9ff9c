import VitroPiecewise

/// Programs to cut boxes with.
enum Programs {
  /// A fully connected ReLU network from rows of weights and biases of each layer.
  static func layered<Scalar: PiecewiseScalar>(
    _ layers: [(weights: [[Scalar]], biases: [Scalar])], inputs: Int
  ) -> ReLUProgram<Scalar> {
    var program = ReLUProgram<Scalar>(inputs: (0..<inputs).map { "x\($0 + 1)" })
    var values = (0..<inputs).map { AffineForm<Scalar>(source: $0) }
    for (index, layer) in layers.enumerated() {
      let sums = zip(layer.weights, layer.biases).map { row, bias in
        AffineForm(terms: zip(values, row).map { .init(source: $0.terms[0].source, weight: $1) }, constant: bias)
      }
      if index == layers.count - 1 {
        program.outputs = sums
      } else {
        for sum in sums {
          program.units.append(sum)
        }
        let first = inputs + program.units.count - sums.count
        values = sums.indices.map { AffineForm(source: first + $0) }
      }
    }
    return program
  }

  /// A network of PyTorch's default initialization in float32 after `torch.manual_seed(seed)`, layers in order.
  static func torch(_ widths: [Int], seed: UInt32 = 0) -> ReLUProgram<Double> {
    var twister = MersenneTwister(seed: seed)
    let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
      let bound = Float(1 / Double(inputs).squareRoot())
      func uniform() -> Double { Double(Float(twister.next() & 0xFF_FFFF) * 0x1p-24 * (bound - -bound) + -bound) }
      let weights = (0..<outputs).map { _ in (0..<inputs).map { _ in uniform() } }
      return (weights: weights, biases: (0..<outputs).map { _ in uniform() })
    }
    return layered(layers, inputs: widths[0])
  }

  /// A network with weights that are multiples of 1/`grid`, between −1 and 1.
  static func gridded(_ widths: [Int], grid: Int, seed: UInt32) -> ReLUProgram<Rational> {
    var twister = MersenneTwister(seed: seed)
    func weight() -> Rational { Rational(Int(twister.next() % UInt32(2 * grid + 1)) - grid, over: grid) }
    let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
      (
        weights: (0..<outputs).map { _ in (0..<inputs).map { _ in weight() } },
        biases: (0..<outputs).map { _ in weight() }
      )
    }
    return layered(layers, inputs: widths[0])
  }
}

/// MT19937 (Matsumoto & Nishimura, 1998), the generator behind PyTorch's seeds.
struct MersenneTwister {
  private var state: [UInt32]
  private var index = 624

  init(seed: UInt32) {
    state = [seed]
    for number in 1..<624 {
      let last = state[number - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(number))
    }
  }

  mutating func next() -> UInt32 {
    if index == 624 {
      for number in 0..<624 {
        let bits = (state[number] & 0x8000_0000) | (state[(number + 1) % 624] & 0x7FFF_FFFF)
        state[number] = state[(number + 397) % 624] ^ (bits >> 1) ^ (bits & 1 == 0 ? 0 : 0x9908_B0DF)
      }
      index = 0
    }
    var bits = state[index]
    index += 1
    bits ^= bits >> 11
    bits ^= (bits << 7) & 0x9D2C_5680
    bits ^= (bits << 15) & 0xEFC6_0000
    return bits ^ (bits >> 18)
  }

  /// A number between two others.
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(next()) * 0x1p-32 }
}
