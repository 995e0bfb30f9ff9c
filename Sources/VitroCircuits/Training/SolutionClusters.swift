internal import VitroCore
internal import VitroNetworks
internal import VitroPiecewise

/// One solution found by training, up to symmetry: which units it has, and the formula it spells.
struct SolutionCluster: Codable, Sendable {
  /// The insides of its units, scaled and rounded: `ReLU(a − b), ReLU(b − a)`.
  var units: String
  /// The formula that most of its members are read as.
  var formula: String
  /// How many networks.
  var count: Int
  /// How many of them are certified to be their formula.
  var certified: Int
  /// The largest certified bound of |network − formula|.
  var largestBound: Double
  /// The network with the smallest bound.
  var example: Int
  /// That network, its numbers merged: `a − relu(a − b)`.
  var program: String
}

/// What a trained network spells.
struct SolutionReading: Codable, Sendable {
  var network: Int
  var units: String
  var program: String
  var formula: String
  var isCertified: Bool
  var bound: Double
}

extension SolutionReading {
  /// Reads one of many networks; `nil` where its numbers are not finite.
  init?(_ network: Network, number: Int, box: InputBox, tolerance: Rational) throws {
    var function: ReLUProgram<Rational>
    do { function = try ReLUProgram(network, names: box.names) } catch let error as VitroError
      where error.code == .numerical
    {
      return nil
    }
    let reading = try NetworkReading(function, over: box, tolerance: tolerance)
    self.init(
      network: number, units: try function.unitSignature(over: box),
      program: "\(reading.simplified.plainFormula)", formula: "\(reading.formula)",
      isCertified: reading.certificate.isCertified, bound: reading.certificate.bound)
  }
}

extension ReLUProgram<Rational> {
  /// The insides of the units that fold inside a box, each scaled to a largest weight of 1 and rounded, in alphabetical order.
  ///
  /// That is what stays of the weights when scales and permutations are taken off. A unit that gives less than a thousandth of the output counts as
  /// unread.
  func unitSignature(over box: InputBox) throws -> String {
    let (signs, _) = try unitSigns(over: box, limit: 5000)
    let bounds = sourceBounds(over: box)
    let contributions: [Rational] = units.indices.map { unit in
      outputs.map { ($0[inputs.count + unit] * bounds[inputs.count + unit].high).magnitude }.max() ?? 0
    }
    let sizes: [Rational] = outputs.map { output in
      let (low, high) = output.bounds(of: bounds)
      return Swift.max(low.magnitude, high.magnitude)
    }
    let size = sizes.max() ?? 0
    let reaches = zip(box.lower, box.upper).map { Swift.max($0.magnitude, $1.magnitude) }
    var (folding, linear, off, unread) = ([String](), 0, 0, 0)
    for (number, (unit, sign)) in zip(units, signs).enumerated() {
      if depths[number] == depth, contributions[number] * 1000 < size {
        unread += 1
        continue
      }
      guard sign == .both, unit.terms.allSatisfy({ $0.source < inputs.count }) else {
        if sign == .on { linear += 1 } else if sign == .off { off += 1 } else { folding.append("ReLU(…)") }
        continue
      }
      let scale = unit.terms.map(\.weight.magnitude).max() ?? 1
      let rounded = (unit * scale.reciprocal).rounded(share: Rational(1, over: 20), reaches: reaches)
      let form = rounded.wholeNumbers.form
      folding.append("ReLU(\(ReLUProgram(inputs: inputs, outputs: [form]).plainFormula))")
    }
    var parts = folding.sorted()
    if linear > 0 { parts.append("\(linear) always on") }
    if off > 0 { parts.append("\(off) off") }
    if unread > 0 { parts.append("\(unread) unread") }
    return parts.isEmpty ? "no units" : parts.joined(separator: ", ")
  }

  /// The first output with every unit written as `relu(…)`, nothing named.
  var plainFormula: FormulaExpression {
    var insides: [FormulaExpression] = []
    func expression(_ form: AffineForm<Rational>) -> FormulaExpression {
      let inputTerms = form.terms.map { term in
        term.weight
          * (term.source < inputs.count
            ? FormulaExpression.variable(inputs[term.source]) : insides[term.source - inputs.count])
      }
      let positive = zip(form.terms, inputTerms).filter { $0.0.weight > 0 }.map(\.1)
      let negative = zip(form.terms, inputTerms).filter { $0.0.weight < 0 }.map(\.1)
      let constant = form.constant == 0 ? [] : [FormulaExpression.number(form.constant)]
      let parts = positive + negative + constant
      return parts.isEmpty ? .number(0) : FormulaExpression.sum(parts).folded
    }
    for unit in units { insides.append(.relu(expression(unit))) }
    return outputs.first.map(expression) ?? .number(0)
  }
}

extension SolutionCluster {
  /// Groups readings by their units, the largest group first.
  static func clusters(_ readings: [SolutionReading]) -> [SolutionCluster] {
    Dictionary(grouping: readings, by: \.units).map { units, members in
      let formulas = Dictionary(grouping: members, by: \.formula)
      let main = formulas.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
      let certified = members.filter(\.isCertified)
      let best = (main?.value ?? members).min {
        ($0.isCertified ? 0 : 1, $0.bound) < ($1.isCertified ? 0 : 1, $1.bound)
      }
      return SolutionCluster(
        units: units, formula: main?.key ?? "", count: members.count, certified: certified.count,
        largestBound: certified.map(\.bound).max() ?? .nan, example: best?.network ?? 0,
        program: best?.program ?? "")
    }.sorted { ($1.count, $0.units) < ($0.count, $1.units) }
  }
}
