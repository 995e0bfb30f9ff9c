internal import VitroPiecewise

extension GalleryCircuit {
  /// The gallery, in the order in which it is shown.
  public static let all: [GalleryCircuit] = numbers + logic + arithmetic

  private static let numbers = [
    GalleryCircuit(
      "less-than", "Less than", "x < 10", inputs: ["x"], box: "x=-20:39", examples: .grid(60),
      architecture: GalleryArchitecture([], isSigmoid: true), allowed: Rational(1, over: 2), rate: 0.05,
      summary:
        "Two ReLUs are exact on whole numbers: a ramp between 9 and 10. Trained is one sigmoid neuron, which is never exact; what is read is its inside, whose zero lies between 9 and 10."
    ),
    GalleryCircuit(
      "min", "Minimum", "min(a, b)", inputs: ["a", "b"], box: "a=-50:50,b=-50:50", examples: .integers(400),
      architecture: GalleryArchitecture([2], hasSkip: true), allowed: Rational(1, over: 2), rate: 0.02,
      summary:
        "a − ReLU(a − b): one unit and a skip. Training has two units to do it with."
    ),
    GalleryCircuit(
      "max", "Maximum", "max(a, b)", inputs: ["a", "b"], box: "a=-1:1,b=-1:1", examples: .grid(9),
      architecture: GalleryArchitecture([2], hasSkip: true), summary: "b + ReLU(a − b)."),
    GalleryCircuit(
      "median", "Median of three", "median(a, b, c)", inputs: ["a", "b", "c"], box: "a=-1:1,b=-1:1,c=-1:1",
      examples: .grid(6), architecture: GalleryArchitecture([4, 4], hasSkip: true), allowed: Rational(1, over: 10),
      summary:
        "The third number clipped between the smaller and the larger of the others: three units with skips, and more that hand numbers on in a chain."
    ),
    GalleryCircuit(
      "clip", "Clip", "clip(x, -1, 1)", inputs: ["x"], box: "x=-3:3", examples: .grid(61),
      architecture: GalleryArchitecture([4]), summary: "Two units: one bends up, one bends back."),
    GalleryCircuit(
      "abs", "Absolute value", "|x|", inputs: ["x"], box: "x=-2:2", examples: .grid(41),
      architecture: GalleryArchitecture([2]),
      summary: "ReLU(x) + ReLU(−x), or 2 ReLU(x) − x with a skip: the fold that parity is made of."),
    GalleryCircuit(
      "sort-two", "Sorting two numbers", "min(a, b), max(a, b)", inputs: ["a", "b"], box: "a=-1:1,b=-1:1",
      examples: .grid(9), architecture: GalleryArchitecture([2], hasSkip: true),
      summary: "Both outputs share one unit: a comparator."),
    GalleryCircuit(
      "sort-three", "Sorting three numbers", "min(a, b, c), median(a, b, c), max(a, b, c)", inputs: ["a", "b", "c"],
      box: "a=-1:1,b=-1:1,c=-1:1", examples: .grid(6), architecture: GalleryArchitecture([6, 4], hasSkip: true),
      allowed: Rational(1, over: 10), summary: "A sorting network of comparators; common parts are written once."),
    GalleryCircuit(
      "piecewise", "A line through points", "interpolate(x, 0:0, 1:2, 2:1, 4:3)", inputs: ["x"], box: "x=0:4",
      examples: .grid(41), architecture: GalleryArchitecture([8]),
      summary: "Any piecewise-linear function of one number from its breakpoints: a unit for each bend inside the box."),
  ]

  private static let logic = [
    GalleryCircuit(
      "xor", "Exclusive or", "relu(a - b) + relu(b - a)", inputs: ["a", "b"], box: "a=0:1,b=0:1", examples: .corners,
      architecture: GalleryArchitecture([2], hasBiases: false),
      summary:
        "Two ReLUs without biases, trained with the squared error. Most starts get stuck: `vitro probe xor` says where."
    ),
    GalleryCircuit(
      "and", "And", "a and b", inputs: ["a", "b"], box: "a=0:1,b=0:1", examples: .corners,
      architecture: GalleryArchitecture([2]), summary: "ReLU(a + b − 1)."),
    GalleryCircuit(
      "or", "Or", "a or b", inputs: ["a", "b"], box: "a=0:1,b=0:1", examples: .corners,
      architecture: GalleryArchitecture([2]), summary: "1 − ReLU(1 − a − b)."),
    GalleryCircuit(
      "not", "Not", "not a", inputs: ["a"], box: "a=0:1", examples: .corners, architecture: GalleryArchitecture([]),
      summary: "1 − a: no unit at all."),
    GalleryCircuit(
      "majority", "Majority of three", "majority(a, b, c)", inputs: ["a", "b", "c"], box: "a=0:1,b=0:1,c=0:1",
      examples: .corners, architecture: GalleryArchitecture([4]),
      summary: "The sum clipped between 1 and 2, less 1: two units."),
    parity,
  ]

  private static var parity: GalleryCircuit {
    var architecture = GalleryArchitecture([32, 32])
    let (mean, deviation) = ParityArchitecture.moments(bits: 4)
    architecture.normalization = (1 / deviation, -mean / deviation)
    return GalleryCircuit(
      "parity", "Parity of a number below 16", "odd(x, 4)", inputs: ["x"], box: "x=0:15", examples: .grid(16),
      architecture: architecture, allowed: Rational(1, over: 2),
      summary: "Four folds, a unit each. Training seldom finds it: `vitro circuits train parity` has the whole story.")
  }

  private static let arithmetic = [
    GalleryCircuit(
      "compare", "Comparing two-bit numbers", "2*a1 + a0 < 2*b1 + b0", inputs: ["a1", "a0", "b1", "b0"],
      box: "a1=0:1,a0=0:1,b1=0:1,b0=0:1", examples: .corners, architecture: GalleryArchitecture([4]),
      summary: "Bits are weighed and the difference clipped: two units for any number of bits."),
    GalleryCircuit(
      "add", "Adding two-bit numbers", "let c = a0 and b0; majority(a1, b1, c), parity(a1, b1, c), xor(a0, b0)",
      inputs: ["a1", "a0", "b1", "b0"], box: "a1=0:1,a0=0:1,b1=0:1,b0=0:1", examples: .corners,
      architecture: GalleryArchitecture([10]),
      summary: "A ripple-carry adder: the carry of the low bits is a unit that the high bits read. Three bits come out."
    ),
    GalleryCircuit(
      "times", "Multiplication by a constant", "2.5*x", inputs: ["x"], box: "x=-10:10", examples: .grid(21),
      architecture: GalleryArchitecture([]), summary: "A weight: no unit at all."),
  ]
}
