internal import VitroPiecewise

/// The values that one layer of a chain hands on, and by which units.
///
/// Of all forms that could tell what is needed, the cheapest are taken that are independent: first those that a unit of the layer tells together with
/// one more (`z = ReLU(z) − ReLU(−z)`), and those that are nowhere negative, last those that need two units.
struct HandedOn {
  typealias Form = AffineForm<Rational>

  /// The insides of the units that hand values on.
  private(set) var rows: [Form] = []
  /// The values handed on, each over these units, by number from 0, and the layer's own, by number from −1 downward.
  private(set) var values: [(form: Form, value: Form)] = []

  /// With more forms and sources it takes too long to ask which forms are independent.
  private static let mostPairs = 4000

  private struct Candidate {
    var form: Form
    var rows: [Form]
    /// The form's value over the rows and the layer's units.
    var terms: [Form.Term]
    var constant: Rational
  }

  init(units: [Form], needs: [Form], known: KnownForms, ranges: [HalfRange]) {
    guard !needs.isEmpty else { return }
    let sources = Set(needs.flatMap { $0.terms.map(\.source) }).sorted().map { Form(source: $0) }
    let isTellable = sources.allSatisfy { known.isKnown($0) }
    var cheapest = isTellable ? Self.basis(Self.candidates(units, sources, ranges), nil) : []
    if !isTellable || needs.count * sources.count <= Self.mostPairs {
      var wanted = KnownForms(sources: [])
      for need in needs { wanted.add(need, as: Form()) }
      let together = Self.basis(Self.candidates(units, needs, ranges), wanted)
      if !isTellable || Self.cost(together) <= Self.cost(cheapest) { cheapest = together }
    }
    for candidate in cheapest {
      let first = rows.count
      let terms = candidate.terms.map {
        Form.Term(source: $0.source < 0 ? $0.source : first + $0.source, weight: $0.weight)
      }
      rows += candidate.rows
      values.append((candidate.form, Form(terms: terms, constant: candidate.constant)))
    }
  }

  private static func cost(_ candidates: [Candidate]) -> Int { candidates.reduce(0) { $0 + $1.rows.count } }

  /// The cheapest independent forms that tell all that is wanted; without it, all that are independent.
  private static func basis(_ candidates: [Candidate], _ wanted: KnownForms?) -> [Candidate] {
    var known = KnownForms(sources: [])
    var result: [Candidate] = []
    let ordered = candidates.enumerated().sorted {
      ($0.element.rows.count, $0.offset) < ($1.element.rows.count, $1.offset)
    }.map(\.element)
    for candidate in ordered {
      let isWanted = wanted.map { $0.isKnown(candidate.form) } ?? true
      guard isWanted, !known.isKnown(candidate.form) else { continue }
      known.add(candidate.form, as: Form())
      result.append(candidate)
    }
    return result
  }

  private static func candidates(_ units: [Form], _ needs: [Form], _ ranges: [HalfRange]) -> [Candidate] {
    var directions: [Form: Int] = [:]
    for (index, unit) in units.enumerated() {
      if let first = unit.terms.first {
        let direction = Form(terms: unit.terms) * first.weight.reciprocal
        if directions[direction] == nil { directions[direction] = index }
      }
    }
    let sources = Set(needs.flatMap { $0.terms.map(\.source) }).sorted().map { Form(source: $0) }
    let insides = directions.sorted { $0.value < $1.value }.map(\.key)
    let needed = Set(sources.map { $0.terms[0].source })
    let usable = insides.filter { $0.terms.allSatisfy { needed.contains($0.source) } }
    return (sources + usable + needs).map { form in
      let direction = form.terms.first.map { form * $0.weight.reciprocal }
      return candidate(form, unit: direction.flatMap { directions[$0] }.map { ($0, units[$0]) }, ranges)
    }
  }

  private static func candidate(_ form: Form, unit: (index: Int, inside: Form)?, _ ranges: [HalfRange]) -> Candidate {
    let range = HalfRange(form, ranges)
    if let low = range.low, low >= 0 {
      return Candidate(form: form, rows: [form], terms: [.init(source: 0, weight: 1)], constant: 0)
    }
    if let unit, let weight = unit.inside.terms.first?.weight, let own = form.terms.first?.weight {
      // ReLU(z) − ReLU(−z) = z = ratio · form + constant.
      let ratio = own / weight
      return Candidate(
        form: form, rows: [unit.inside * -1],
        terms: [.init(source: -1 - unit.index, weight: ratio), .init(source: 0, weight: -ratio)],
        constant: -unit.inside.constant * ratio)
    }
    if let low = range.low {
      return Candidate(
        form: form, rows: [form - Form(constant: low)], terms: [.init(source: 0, weight: 1)], constant: low)
    }
    if let high = range.high {
      let shift = high > 0 ? high : 0
      return Candidate(
        form: form, rows: [Form(constant: shift) - form], terms: [.init(source: 0, weight: -1)], constant: shift)
    }
    return Candidate(
      form: form, rows: [form, form * -1], terms: [.init(source: 0, weight: 1), .init(source: 1, weight: -1)],
      constant: 0)
  }
}
