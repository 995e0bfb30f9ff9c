import Foundation
import Testing
import VitroCore
import VitroPiecewise

/// Certificates beside z3, beside sampling, and at the very edge of the tolerance.
@Suite struct CertificateTrialTests {
  private struct Fixture: Decodable {
    struct Case: Decodable {
      var inputs: Int
      var first: [[[Int]]]
      var second: [[[Int]]]
      var tolerance: String
      var certified: Bool
    }
    var denominator: Int
    var box: Int
    var cases: [Case]
  }

  /// The answers of z3 (`Fixtures/certificates.py`), which decides the same claims by another method.
  @Test func z3AgreesOnTwoHundredNetworks() throws {
    let url = try #require(
      Bundle.module.url(forResource: "certificates", withExtension: "json", subdirectory: "Fixtures"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    #expect(fixture.cases.count == 200)
    var decidedByBounds = 0
    for (index, entry) in fixture.cases.enumerated() {
      let box = InputBox((0..<entry.inputs).map { "x\($0)" }, Rational(-fixture.box), Rational(fixture.box))
      let first = Self.program(entry.first, box: box, denominator: fixture.denominator)
      let second = Self.program(entry.second, box: box, denominator: fixture.denominator)
      let tolerance = try Rational(parsing: entry.tolerance)
      let certificate = try first.certify(equals: second, over: box, tolerance: tolerance)
      #expect(certificate.verdict == (entry.certified ? .certified : .refuted), "case \(index)")
      let bounded = try first.certify(
        equals: second, over: box, tolerance: tolerance, budget: ProofBudget(regions: 0, boxes: 3000))
      if bounded.verdict != .undecided {
        decidedByBounds += 1
        #expect(bounded.isCertified == entry.certified, "case \(index), by bounds")
      }
    }
    #expect(decidedByBounds > 100)
  }

  private static func program(_ layers: [[[Int]]], box: InputBox, denominator: Int) -> ReLUProgram<Rational> {
    var program = ReLUProgram<Rational>(inputs: box.names)
    var values = box.names.indices.map { AffineForm<Rational>(source: $0) }
    for (index, layer) in layers.enumerated() {
      let forms = layer.map { row in
        zip(row, values).reduce(AffineForm(constant: Rational(row[row.count - 1], over: denominator))) {
          $0 + $1.1 * Rational($1.0, over: denominator)
        }
      }
      values = index < layers.count - 1 ? forms.map { program.addReLU(of: $0) } : forms
    }
    program.outputs = values
    return program
  }

  /// Ten thousand claims about random networks: no certified one is contradicted by a point, every refuted one has a true counterexample.
  @Test func noCertificateOfTenThousandIsWrong() throws {
    var generator = SplitMix(state: 2026)
    var (certified, refuted) = (0, 0)
    for index in 0..<10_000 {
      let inputs = 1 + index % 2
      let program = HandPrograms.random(inputs: inputs, widths: index % 5 == 0 ? [2, 2] : [3], seed: UInt64(index))
      var other = program
      let isMoved = index % 3 != 0
      if isMoved, !other.units.isEmpty {
        let unit = Int.random(in: 0..<other.units.count, using: &generator)
        other.units[unit].constant += Rational(Int.random(in: -12...12, using: &generator), over: 16)
      }
      let tolerance = Rational(Int.random(in: 0...16, using: &generator), over: 32)
      let box = InputBox(program.inputs, -2, 2)
      let certificate = try program.certify(equals: other, over: box, tolerance: tolerance)
      let difference = try program.minus(other)
      switch certificate.verdict {
      case .certified:
        certified += 1
        for _ in 0..<12 {
          let point = (0..<inputs).map { _ in Rational(Int.random(in: -64...64, using: &generator), over: 32) }
          let here = difference(point)[0].magnitude
          if here > tolerance || here > certificate.upperBound ?? 0 {
            Issue.record("claim \(index) is false at \(point)")
          }
        }
        // The bound is reached where the certificate says.
        if difference(certificate.worstPoint)[0].magnitude != certificate.upperBound { Issue.record("claim \(index)") }
      case .refuted:
        refuted += 1
        let point = certificate.worstPoint
        if difference(point)[0].magnitude <= tolerance || !box.contains(point) { Issue.record("claim \(index)") }
      case .undecided: Issue.record("claim \(index) is undecided")
      }
    }
    #expect(certified > 2000 && refuted > 1000)
  }

  /// A difference of exactly the tolerance is certified; a tolerance that is smaller by any amount is not.
  @Test(arguments: 0..<40) func theEdgeOfTheToleranceIsExact(_ seed: Int) throws {
    let program = HandPrograms.random(inputs: 2, widths: [3, 2], seed: UInt64(seed))
    let other = HandPrograms.random(inputs: 2, widths: [4], seed: UInt64(seed) + 500)
    let box = InputBox(program.inputs, -1, 2)
    let largest = try program.certify(equals: other, over: box, tolerance: 0).largestSeen
    #expect(try program.certify(equals: other, over: box, tolerance: largest).isCertified)
    let tiny = Rational(1, over: 1 << 62) * Rational(1, over: 1 << 62)
    let refuted = try program.certify(equals: other, over: box, tolerance: largest - tiny)
    #expect(refuted.verdict == .refuted)
    #expect(refuted.counterexample != nil)
  }

  /// Weights with all the digits of floats: the filter by doubles and the exact signs must agree, also where several outputs are compared.
  @Test(arguments: 0..<60) func longFractionsAreDecidedRightly(_ seed: Int) throws {
    var generator = SplitMix(state: UInt64(seed) &* 65_537 &+ 3)
    let inputs = 1 + seed % 3
    func weight() -> Rational {
      let value = Double.random(in: -2...2, using: &generator) * (seed % 4 == 0 ? 1e-30 : 1)
      return Rational(weight: seed % 2 == 0 ? Double(Float(value)) : value)
    }
    var program = ReLUProgram<Rational>(inputs: (0..<inputs).map { "x\($0)" })
    var layer = (0..<inputs).map { AffineForm<Rational>(source: $0) }
    func combination() -> AffineForm<Rational> { layer.reduce(AffineForm(constant: weight())) { $0 + $1 * weight() } }
    for _ in 0..<2 { layer = (0..<3).map { _ in combination() }.map { program.addReLU(of: $0) } }
    program.outputs = [combination(), combination()]
    var other = program
    other.outputs[1].constant += weight() / 64
    let box = InputBox(program.inputs, -1, 1)
    let shift = (program.outputs[1].constant - other.outputs[1].constant).magnitude
    #expect(try program.certify(equals: other, over: box, tolerance: shift).upperBound == shift)
    #expect(
      try program.certify(equals: other, over: box, tolerance: shift * Rational(999, over: 1000)).verdict == .refuted)
    // Every corner of every region has the value that the program has there: no sign was taken wrongly.
    try ExactRegions(program, box: box).forEach { region in
      let forms = region.outputs
      for corner in region.vertices { #expect(forms.map { $0.value(at: corner) } == program(corner)) }
      return true
    }
  }
}
