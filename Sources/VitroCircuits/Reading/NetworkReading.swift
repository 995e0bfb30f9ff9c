public import VitroCore
public import VitroPiecewise

/// A formula read from a network's weights, with the proof that it is the same function up to a tolerance.
///
/// ```swift
/// let program = try ReLUProgram<Rational>(network, names: ["a", "b"])
/// let reading = try NetworkReading(program, over: InputBox("a=-50:50,b=-50:50"), tolerance: Rational(1, over: 1000))
/// print(reading.formula, reading.certificate.isCertified)  // min(a, b) true
/// ```
///
/// The steps: the canonical form over the box; the numbers rounded as coarsely as the tolerance allows; sums of ReLUs written as minima, maxima, absolute values,
/// clips, comparisons and parities, whatever is shortest; and the certificate of the printed formula against the network itself, which no step before can
/// spoil.
public struct NetworkReading: Sendable, Codable {
  /// Where the weights stop and a formula begins.
  public enum Source: String, Sendable, Codable {
    /// The units themselves, simplified.
    case units = "units"
    /// The linear pieces, as a maximum of minima.
    case pieces = "linear pieces"
  }

  /// The formula.
  public var formula: Formula
  /// The proof, or the point where it fails.
  public var certificate: Certificate
  /// The canonical form, before rounding.
  public var canonical: CanonicalProgram
  /// The program that the formula's units spell, after rounding.
  public var simplified: ReLUProgram<Rational>
  /// The share of the largest summand by which numbers were rounded; `nil` when none was.
  public var rounding: Rational?
  /// Whether the shortest formula came from the units or from the linear pieces.
  public var source: Source

  /// How hard to look.
  public struct Effort: Sendable, Hashable {
    /// The most linear regions to list when looking for a formula.
    public var regions: Int
    /// The most linear pieces of a formula made of them.
    public var pieces: Int
    /// The budget of the certificate.
    public var proof: ProofBudget

    /// Creates an effort.
    public init(regions: Int = 20_000, pieces: Int = 8, proof: ProofBudget = ProofBudget()) {
      (self.regions, self.pieces, self.proof) = (regions, pieces, proof)
    }
  }

  /// Reads a formula from a piecewise-linear program.
  ///
  /// - Parameters:
  ///   - program: The network, as ``/VitroPiecewise/ReLUProgram/init(_:output:names:)`` reads it.
  ///   - box: Where the formula is to hold; its names are the formula's inputs.
  ///   - tolerance: The largest difference allowed.
  ///   - effort: How hard to look.
  ///   - observer: Who watches, and may stop it.
  /// - Throws: ``/VitroCore/VitroError``: `shape` when the box does not fit, `interrupted` when the observer asks to stop.
  public init(
    _ program: ReLUProgram<Rational>, over box: InputBox, tolerance: Rational, effort: Effort = Effort(),
    observer: (any Observer)? = nil
  ) throws {
    var named = program
    named.inputs = box.names
    guard program.units.count * program.inputs.count <= Self.largestSize else {
      throw VitroError(
        .unsupported, "reading a formula",
        "\(program.units.count) units of \(program.inputs.count) inputs make no formula that one could read",
        hint: "Look at a slice: vitro circuits regions NETWORK --slice x1,x2")
    }
    canonical = try CanonicalProgram(named, over: box, limit: effort.regions, observer: observer)
    let exact = canonical.program
    let pieces = try ExactPieces(exact, over: box, limit: effort.regions, observer: observer)
    let pointJudge = PointJudge(named, points: pieces?.points ?? box.samples, tolerance: tolerance)
    let reaches = exact.reaches(at: pointJudge.points)
    var best: (attempt: Attempt, certificate: Certificate)?
    var proofs = 0
    /// Holds formulas against the network, the shortest first, as long as they are shorter than what is proved already.
    func judge(_ attempts: [Attempt]) throws {
      for attempt in attempts.sorted(by: { $0.formula.complexity < $1.formula.complexity }) {
        try observer?.checkpoint("reading")
        if let best, best.certificate.isCertified, best.attempt.formula.complexity <= attempt.formula.complexity {
          return
        }
        let certificate = try named.certify(
          equals: attempt.formula.program(box: box), over: box, tolerance: tolerance, budget: effort.proof,
          observer: observer)
        proofs += 1
        if certificate.verdict.rank >= best?.certificate.verdict.rank ?? 0 { best = (attempt, certificate) }
      }
    }
    for share in Self.shares {
      var attempts: [Attempt] = []
      let rounded = try CanonicalProgram(
        exact.rounded(share: share, reaches: reaches), over: box, limit: Swift.min(effort.regions, 2000),
        observer: observer
      ).program
      let hasUnits = pointJudge.allows(rounded)
      if hasUnits {
        attempts.append(
          Attempt(share: share, source: .units, program: rounded, formula: Self.formula(of: rounded, over: box)))
      }
      let fromPieces =
        exact.outputs.count == 1 && !(best?.certificate.isCertified ?? false)
        ? [
          pieces?.lattice(share: share, over: box, most: effort.pieces),
          pieces?.interpolation(share: share, over: box),
        ] : []
      for expression in fromPieces.compactMap({ $0 }) {
        let formula = Formula(inputs: box.names, outputs: [expression])
        let program = try formula.program(box: box)
        if pointJudge.allows(program) {
          attempts.append(Attempt(share: share, source: .pieces, program: program, formula: formula))
        }
      }
      try judge(attempts)
      // The units have had their say; and what could not be decided once will not be with longer numbers.
      let isDone = hasUnits && best?.certificate.isCertified ?? false
      if isDone || best?.certificate.verdict == .undecided || proofs >= Self.mostProofs { break }
    }
    if !(best?.certificate.isCertified ?? false) {
      let formula = Self.formula(of: exact, over: box)
      try judge([Attempt(share: nil, source: .units, program: exact, formula: formula)])
    }
    guard let best else { throw VitroError(.failed, "reading a formula", "there is nothing to read") }
    formula = best.attempt.formula
    certificate = best.certificate
    simplified = best.attempt.program
    rounding = best.attempt.share
    source = best.attempt.source
  }

  /// Units times inputs beyond which nothing is read.
  private static let largestSize = 20_000
  /// How many formulas are held against the network before it is taken as it is.
  private static let mostProofs = 8

  /// Coarse first: the share of the largest summand that rounding may change.
  private static let shares = [
    "0.1", "0.03", "0.01", "3e-3", "1e-3", "3e-4", "1e-4", "3e-5", "1e-5", "3e-6", "1e-6", "1e-7", "1e-8", "1e-10",
    "1e-12",
  ].compactMap { Rational($0) }

  private struct Attempt {
    var share: Rational?
    var source: Source
    var program: ReLUProgram<Rational>
    var formula: Formula
  }

  /// The outputs of a program as expressions.
  static func formula(of program: ReLUProgram<Rational>, over box: InputBox) -> Formula {
    var naming = FormNaming(program)
    return Formula(inputs: box.names, outputs: program.outputs.map { naming.expression(of: $0) })
  }
}

/// Compares programs with a network at points, in doubles: a quick answer before a proof is tried.
private struct PointJudge {
  let points: [[Double]]
  let expected: [[Double]]
  let allowed: Double

  init(_ program: ReLUProgram<Rational>, points: [[Rational]], tolerance: Rational) {
    let few =
      points.count > 4000 ? stride(from: 0, to: points.count, by: points.count / 2000).map { points[$0] } : points
    self.points = few.map { $0.map { Double($0) } }
    let double = program.converted { Double($0) }
    expected = self.points.map { double($0) }
    let size = expected.joined().map { abs($0) }.max() ?? 0
    allowed = Double(tolerance) + 1e-12 * size
  }

  func allows(_ program: ReLUProgram<Rational>) -> Bool {
    let double = program.converted { Double($0) }
    return zip(points, expected).allSatisfy { point, values in
      zip(double(point), values).allSatisfy { abs($0 - $1) <= allowed }
    }
  }
}

extension InputBox {
  /// Points for a first look where regions cannot be listed: the centre and points spread by a low-discrepancy sequence.
  fileprivate var samples: [[Rational]] {
    let primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
    return [center]
      + (1...256).map { index in
        (0..<dimension).map { axis in
          let base = primes[axis % primes.count]
          var (value, weight, rest) = (Rational(0), Rational(1, over: base), index + axis / primes.count)
          while rest > 0 {
            value += weight * Rational(rest % base)
            weight = weight / Rational(base)
            rest /= base
          }
          return lower[axis] + value * (upper[axis] - lower[axis])
        }
      }
  }
}

extension Certificate.Verdict {
  /// How much a verdict is worth to someone who looks for a formula.
  fileprivate var rank: Int {
    switch self {
    case .certified: 2
    case .undecided: 1
    case .refuted: 0
    }
  }
}
