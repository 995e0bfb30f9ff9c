import Testing
import VitroCore
import VitroPiecewise

/// Numbers at the ends of what doubles hold, and beyond: never a wrong certificate, never a trap.
@Suite struct HostileNumberTests {
  private func affine(_ inputs: Int, _ outputs: [[Rational]]) -> ReLUProgram<Rational> {
    ReLUProgram(
      inputs: (0..<inputs).map { "x\($0)" },
      outputs: outputs.map { row in
        AffineForm(terms: row.enumerated().map { .init(source: $0, weight: $1) }.filter { $0.weight != 0 })
      })
  }

  /// A weight beyond doubles makes bounds not-a-number; another output must not hide that.
  @Test(arguments: [13, 2]) func anUnboundedOutputIsNotCertified(_ inputs: Int) throws {
    let huge = try Rational(parsing: "1e300") * Rational(parsing: "1e300")
    let zeros = Array(repeating: Rational(0), count: inputs)
    var row = zeros
    row[0] = huge
    let budget = ProofBudget(regions: inputs == 13 ? 200_000 : 0, boxes: 1000)
    for outputs in [[row, zeros], [zeros, row]] {
      let certificate = try affine(inputs, outputs).certify(
        equals: affine(inputs, [zeros, zeros]), over: InputBox((0..<inputs).map { "x\($0)" }, -1, 1),
        tolerance: Rational(1, over: 1000), budget: budget)
      #expect(!certificate.isCertified)
    }
  }

  /// A weight below doubles is not zero.
  @Test func aVanishingWeightIsNotTakenForZero() throws {
    let tiny = try Rational(parsing: "1e-300") * Rational(parsing: "1e-25")
    let zeros = Array(repeating: Rational(0), count: 13)
    var row = zeros
    row[0] = tiny
    let box = try InputBox("0:1e300").named((0..<13).map { "x\($0)" })
    let certificate = try affine(13, [row]).certify(
      equals: affine(13, [zeros]), over: box, tolerance: Rational(parsing: "6e-26"))
    #expect(!certificate.isCertified)
  }

  /// A corner whose denominator is beyond doubles is not passed over.
  @Test func aLongBoundIsNotPassedOver() throws {
    let text = "0.00000001" + String(repeating: "0", count: 306) + "1"
    let high = try Rational(parsing: text)
    let box = try InputBox("x=0:\(text)")
    let certificate = try affine(1, [[1]]).certify(
      equals: affine(1, [[0]]), over: box, tolerance: Rational(parsing: "7e-9"))
    #expect(certificate.verdict == .refuted)
    #expect(certificate.largestSeen == high)
  }

  /// Exponents and bounds of any size are refused or undecided.
  @Test func absurdTextIsRefused() throws {
    for text in [
      "1e-9223372036854775808", "1e9223372036854775807", "1e301", "1e", "e5", "1/0", "--1", "1.2.3", "0x10", "",
    ] {
      #expect(throws: VitroError.self, "\(text)") { try Rational(parsing: text) }
    }
    let zeros = Array(repeating: Rational(0), count: 13)
    let names = (0..<13).map { "x\($0)" }
    let wide = try InputBox("-170000000e300:170000000e300").named(names)
    let other = affine(13, [[1] + zeros.dropFirst()])
    #expect(try affine(13, [zeros]).certify(equals: other, over: wide, tolerance: 1).verdict != .certified)
  }

  /// A thousand kinks in a row do not exhaust the stack.
  @Test func manyCutsInARowAreWalked() throws {
    var program = ReLUProgram<Rational>(inputs: ["x"])
    let x = AffineForm<Rational>(source: 0)
    program.outputs = [
      (0..<1200).map { program.addReLU(of: x - AffineForm(constant: Rational($0))) }.reduce(AffineForm(), +)
    ]
    var count = 0
    try ExactRegions(program, box: InputBox(["x"], -1, 1300)).forEach { _ in
      count += 1
      return true
    }
    #expect(count == 1201)
  }
}
