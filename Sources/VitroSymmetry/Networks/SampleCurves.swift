internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// How many times as many examples it takes to do as well.
struct SampleFactor: Hashable {
  /// How much the number says.
  enum Kind: String, Hashable {
    /// Read between two sizes.
    case about
    /// The largest size does not do.
    case moreThan
    /// The smallest size does.
    case atMost
  }

  var value: Double
  var kind: Kind

  var text: String {
    let number = NumberFormat.significant(2).text(value)
    return switch kind {
    case .about: number
    case .moreThan: "more than \(number)"
    case .atMost: "at most \(number)"
    }
  }
}

/// How each kind of network does with more and more examples, and how many fewer the equivariant one needs.
struct SampleCurves {
  /// A kind of network with its points.
  struct Curve {
    let name: String
    /// How it stands to the equivariant one; `nil` for that itself.
    let comparison: String?
    let parameterCount: Int
    let sizes: [Int]
    /// `[size][seed]`.
    let scores: [[Double]]
    let untrained: [Double]
    let estimates: [Estimate]

    init(_ contender: Contender, sizes: [Int], scores: [[Double]], untrained: [Double]) throws {
      name = contender.name
      comparison = contender.comparison
      parameterCount = try contender.parameterCount
      self.sizes = sizes
      self.scores = scores
      self.untrained = untrained
      estimates = try scores.map { try .mean(of: $0) }
    }
  }

  /// What is measured: "test accuracy".
  let measure: String
  /// Whether more of it is better.
  let moreIsBetter: Bool
  let format: NumberFormat
  /// The equivariant network first.
  let curves: [Curve]

  private var equivariant: Curve { curves[0] }

  /// How many times as many examples another network needs to do as well as the equivariant one does with `size`.
  ///
  /// The mean scores of the other are read along the logarithm of the size, made monotone by the best so far. Where even its largest size does
  /// not reach that far, the factor is more than the largest size over `size`; where its smallest does, it is at most the smallest over `size`.
  func factor(of other: Curve, at size: Int) -> SampleFactor? {
    guard let place = equivariant.sizes.firstIndex(of: size), let largest = other.sizes.last else { return nil }
    let sign: Double = moreIsBetter ? 1 : -1
    let wanted = sign * equivariant.estimates[place].value
    var best = -Double.infinity
    var reached: [Double] = []
    for estimate in other.estimates {
      best = Swift.max(best, sign * estimate.value)
      reached.append(best)
    }
    guard let first = reached.firstIndex(where: { $0 >= wanted }) else {
      return SampleFactor(value: Double(largest) / Double(size), kind: .moreThan)
    }
    guard first > 0 else { return SampleFactor(value: Double(other.sizes[0]) / Double(size), kind: .atMost) }
    let share = (wanted - reached[first - 1]) / (reached[first] - reached[first - 1])
    let (low, high) = (log(Double(other.sizes[first - 1])), log(Double(other.sizes[first])))
    return SampleFactor(value: exp(low + share * (high - low)) / Double(size), kind: .about)
  }

  /// By how much the equivariant network with `size` examples does better than another with `ratio` times as many, seed by seed.
  func lead(over other: Curve, at size: Int, ratio: Int) throws -> Estimate? {
    guard let own = equivariant.sizes.firstIndex(of: size), let theirs = other.sizes.firstIndex(of: size * ratio) else {
      return nil
    }
    let sign: Double = moreIsBetter ? 1 : -1
    return try .mean(of: zip(equivariant.scores[own], other.scores[theirs]).map { sign * ($0 - $1) })
  }

  /// At most a quarter of the samples: with n examples the equivariant network does better than the other with 4n, at every n that both have.
  func quarterClaims() throws -> [Claim] {
    try curves.dropFirst().map { other in
      let leads = try equivariant.sizes.compactMap { size in
        try lead(over: other, at: size, ratio: 4).map { (size: size, lead: $0) }
      }
      return Claim(
        "quarter: \(other.name)",
        "The equivariant network needs at most a quarter of the samples of the \(other.name).",
        verdict: leads.isEmpty ? .undecided : .all(leads.map { .ofSign($0.lead, expected: .plus) }),
        numbers: Dictionary(
          uniqueKeysWithValues: leads.map { ("lead \($0.size) against \(4 * $0.size)", $0.lead.value) }),
        reason: leads.isEmpty
          ? "No two sizes stand one to four."
          : "The lead with n examples over the other with 4n: "
            + leads.map { "n = \($0.size): \(format.text($0.lead.value, Interval($0.lead)))" }.joined(separator: "; ")
            + ".")
    }
  }

  /// The curves, with controls as references.
  func figure(_ title: String, caption: RichText, controls: [ReferenceLine]) -> Figure {
    Figure(
      title, caption: caption,
      .lines(
        LineFigure(
          x: Axis("examples, those that choose the settings included", scale: .log, format: .integer),
          y: Axis(measure, format: format),
          series: curves.map { curve in
            LineSeries(
              curve.name, x: curve.sizes.map(Double.init),
              y: curve.estimates.map(\.value), low: curve.estimates.map(\.low), high: curve.estimates.map(\.high))
          }, references: controls, intervals: .band)))
  }

  /// What the claim of a quarter rests on: the lead with n examples over another network with 4n.
  func leadFigure() throws -> Figure {
    let sizes = equivariant.sizes.filter { equivariant.sizes.contains(4 * $0) }
    return Figure(
      "A quarter of the examples",
      caption: RichText(
        "By how much the equivariant network with n examples is \(moreIsBetter ? "above" : "below") another with 4n, seed by seed. Whiskers: 95 %."
      ),
      .lines(
        LineFigure(
          x: Axis("examples of the equivariant network", scale: .log, format: .integer),
          y: Axis(moreIsBetter ? "lead in \(measure)" : "by how much the \(measure) is lower", format: format),
          series: try curves.dropFirst().map { other in
            let leads = try sizes.compactMap { try lead(over: other, at: $0, ratio: 4) }
            return LineSeries(
              other.name, x: sizes.map(Double.init), y: leads.map(\.value), low: leads.map(\.low),
              high: leads.map(\.high))
          }, references: [ReferenceLine("no lead", 0)], intervals: .whiskers)))
  }

  /// The networks and their sizes.
  var networks: Table {
    Table(
      title: "The networks",
      columns: [.init("network"), .init("against the equivariant one"), .init("parameters", .integer)],
      rows: curves.map { [.text($0.name), .text($0.comparison ?? ""), .number(Double($0.parameterCount))] })
  }

  /// Every score.
  var table: Table {
    Table(
      title: measure.prefix(1).uppercased() + measure.dropFirst(),
      columns: [.init("examples", .integer)] + curves.map { .init($0.name, format) },
      rows: equivariant.sizes.map { size in
        [.number(Double(size))]
          + curves.map { curve -> Table.Cell in
            guard let place = curve.sizes.firstIndex(of: size) else { return .missing() }
            return .number(curve.estimates[place].value, Interval(curve.estimates[place]))
          }
      })
  }

  /// How many times as many examples the others need to do as well.
  var factorTable: Table {
    let others = curves.dropFirst()
    return Table(
      title: "How many times as many examples it takes to do as well as the equivariant network",
      columns: [.init("examples of the equivariant one", .integer)]
        + others.map { .init($0.name, alignment: .trailing) },
      rows: equivariant.sizes.map { size in
        [.number(Double(size))]
          + others.map { other -> Table.Cell in
            guard let factor = factor(of: other, at: size) else { return .missing() }
            return .text(factor.text)
          }
      })
  }

  var facts: JSONValue {
    .array(
      curves.map { curve in
        [
          "name": .string(curve.name), "parameters": .integer(curve.parameterCount),
          "sizes": .array(curve.sizes.map { .integer($0) }),
          "scores": .array(curve.scores.map { .numbers($0) }),
          "factors": .array(
            curve.sizes.map { size in
              factor(of: curve, at: size).map { ["value": .number($0.value), "kind": .string($0.kind.rawValue)] }
                ?? .null
            }),
        ]
      })
  }
}
