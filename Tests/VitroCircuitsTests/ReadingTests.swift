import Testing
import VitroCore
import VitroNetworks
import VitroPiecewise
import VitroTensor

@testable import VitroCircuits

/// What is read back, in which words.
@Suite struct ReadingTests {
  private func reading(_ text: String, _ box: String, tolerance: Rational = 0) throws -> NetworkReading {
    let box = try InputBox(box)
    let program = try Formula(text, inputs: box.names).program(box: box)
    return try NetworkReading(program, over: box, tolerance: tolerance)
  }

  /// Formulas that come back in the same words.
  @Test(arguments: [
    ("min(a, b)", "a=-50:50,b=-50:50"), ("max(a, b, c)", "a=-1:1,b=-1:1,c=-1:1"), ("|a - b|", "a=0:1,b=0:1"),
    ("median(a, b, c)", "a=0:1,b=0:1,c=0:1"), ("min(a, max(b, 3)) + |a - b|", "a=-50:50,b=-50:50"),
    ("clip(a, -2, 3)", "a=-9:9"), ("a < b", "a=-9:9,b=-9:9"), ("odd(x, 4)", "x=-5:20"), ("odd(x, 8)", "x=0:255"),
    ("relu(a - 3)", "a=-9:9"), ("2*a - b/3 + 1", "a=-9:9,b=-9:9"), ("5", "a=0:1"),
  ]) func namesAreFound(_ text: String, _ box: String) throws {
    let read = try reading(text, box)
    #expect("\(read.formula)" == text)
    #expect(read.certificate.isCertified && read.certificate.upperBound == 0)
  }

  /// The published form of min, and the short one, are the same function.
  @Test func twoWaysToWriteMinReadTheSame() throws {
    let long = try reading("(a + b - relu(b - a) - relu(a - b))/2", "a=-50:50,b=-50:50")
    #expect("\(long.formula)" == "min(a, b)")
    #expect(long.canonical.program.units.count == 1)
  }

  /// Trained weights are off by a little: 1.41 · 0.71 merges to 1 while the certified error stays below the tolerance.
  @Test func noisyWeightsAreMerged() throws {
    let box = try InputBox("a=-50:50,b=-50:50")
    var program = ReLUProgram<Rational>(inputs: ["a", "b"])
    let (a, b) = (AffineForm<Rational>(source: 0), AffineForm<Rational>(source: 1))
    let inside = try a * Rational(parsing: "0.70901") - b * Rational(parsing: "0.70907")
    program.outputs = try [
      a * Rational(parsing: "0.99997") - program.addReLU(of: inside) * Rational(parsing: "1.41042")
    ]
    let read = try NetworkReading(program, over: box, tolerance: Rational(1, over: 100))
    #expect("\(read.formula)" == "min(a, b)")
    #expect(read.certificate.isCertified && read.certificate.bound > 0)
    let strict = try NetworkReading(program, over: box, tolerance: Rational(1, over: 1_000_000))
    #expect(strict.certificate.isCertified)
    #expect("\(strict.formula)" != "min(a, b)")
  }

  /// Units that are on, off, double or unread in the box leave, by bounds and not by sampling.
  @Test func canonicalFormRemovesWhatTheBoxDecides() throws {
    var program = ReLUProgram<Rational>(inputs: ["a"])
    let a = AffineForm<Rational>(source: 0)
    func k(_ value: Int) -> AffineForm<Rational> { AffineForm(constant: Rational(value)) }
    let on = program.addReLU(of: a + k(2))
    let off = program.addReLU(of: a - k(2))
    let first = program.addReLU(of: a * 2)
    let second = program.addReLU(of: a * 3)
    let opposite = program.addReLU(of: a * -5)
    _ = program.addReLU(of: a - AffineForm(constant: Rational(1, over: 2)))
    program.outputs = [on + off + first + second + opposite]
    let box = InputBox(["a"], -1, 1)
    let canonical = try CanonicalProgram(program, over: box)
    #expect(canonical.alwaysOn == 1 && canonical.alwaysOff == 1 && canonical.joined == 2 && canonical.unread == 1)
    #expect(canonical.program.units.count == 1 && canonical.isExhaustive)
    #expect(try program.certify(equals: canonical.program, over: box, tolerance: 0).isCertified)
    // A box that reaches further decides less.
    #expect(try CanonicalProgram(program, over: InputBox(["a"], -3, 3)).program.units.count == 3)
  }

  /// A sigmoid inside is refused, a value before it can be read.
  @Test func sigmoidsAreRefused() throws {
    let graph = Graph.chain("neuron", input: [1], [("neuron", Linear(1, 1)), ("sigmoid", Activation(.sigmoid))])
    let network = try Network(graph, seed: 1)
    #expect { try ReLUProgram<Rational>(network) } throws: { error in
      let error = error as? VitroError
      return error?.code == .unsupported && error?.message.contains("'sigmoid' is a sigmoid") == true
    }
    #expect(try ReLUProgram<Rational>(network, output: "neuron").units.isEmpty)
    var broken = network
    try broken.parameters.set("neuron.weight", to: Tensor([Double.nan], shape: [1, 1]))
    #expect(throws: VitroError.self) { try ReLUProgram<Rational>(broken, output: "neuron") }
  }

  /// Leaky ReLU, absolute values, hard sigmoids, skips and scales are the functions that the network computes.
  @Test func layersAreReadAsTheyCompute() throws {
    var graph = Graph("mixed", inputs: [.init("input", shape: [3])])
    graph.add("first", Linear(3, 4), reading: "input")
    graph.add("leaky", Activation(.leakyRelu, parameter: 0.3), reading: "first")
    graph.add("second", Linear(4, 4), reading: "leaky")
    graph.add("abs", Activation(.abs), reading: "second")
    graph.add("hard", Activation(.hardSigmoid), reading: "first")
    graph.add("sum", Add(), reading: "abs", "hard")
    graph.add("scaled", Scale(factor: 0.7, offset: -0.2), reading: "sum")
    graph.add("all", Concatenate(axis: 0), reading: "input", "scaled")
    graph.add("output", Linear(7, 2), reading: "all")
    graph.outputs = ["output"]
    let network = try Network(graph, dtype: .float64, seed: 3)
    let program = try ReLUProgram<Rational>(network)
    for point in [[0.5, -1, 2], [-3, 0.25, 1], [4, 4, -4]] {
      let expected = try network(Tensor(point, shape: [1, 3])).doubles
      let found = program(point.map { Rational(weight: $0) }).map { Double($0) }
      for (a, b) in zip(expected, found) { #expect(abs(a - b) < 1e-12) }
    }
  }

  /// Many units without constants: the search for names stays bounded, and the result proved.
  @Test(.timeLimit(.minutes(1))) func manyUnitsAreReadInTime() throws {
    let terms = [
      "a - b", "a + b", "a - 2*b", "2*a - b", "a + 3*b", "3*a - b", "a - 4*b", "5*a + b", "a - 6*b", "7*a - b",
    ]
    let read = try reading(terms.map { "|\($0)|" }.joined(separator: " + "), "a=-1:1,b=-1:1")
    #expect(read.certificate.isCertified && read.certificate.upperBound == 0)
  }
}
