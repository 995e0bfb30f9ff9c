public import VitroCore
public import VitroPiecewise

/// A piecewise-linear function in canonical form over a box, and what was removed on the way.
///
/// The function is the same as before everywhere in the box, exactly:
/// - units that are on, or off, in all of the box are replaced by their insides, or by zero;
/// - the insides are scaled so that their largest weight is ± 1 (`ReLU(c·z) = c·ReLU(z)` for c > 0);
/// - units with the same inside are joined, and opposite ones too: `ReLU(−z) = ReLU(z) − z`;
/// - units that nothing reads are dropped.
public struct CanonicalProgram: Sendable, Hashable, Codable {
  /// The function.
  public var program: ReLUProgram<Rational>
  /// How many units are on in all of the box.
  public var alwaysOn = 0
  /// How many units are off in all of the box.
  public var alwaysOff = 0
  /// How many units were joined with another.
  public var joined = 0
  /// How many units nothing read.
  public var unread = 0
  /// Whether the units' signs come from all linear regions, listed exactly, or from interval bounds, which may miss some.
  public var isExhaustive: Bool

  /// Brings a program to canonical form.
  ///
  /// - Parameters:
  ///   - program: The function.
  ///   - box: Where.
  ///   - limit: The most regions to list for the units' signs; beyond it interval bounds are used.
  ///   - observer: Who may stop it.
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when the box does not fit the inputs.
  public init(
    _ program: ReLUProgram<Rational>, over box: InputBox, limit: Int = 20_000, observer: (any Observer)? = nil
  ) throws {
    let signs = try program.unitSigns(over: box, limit: limit, observer: observer)
    self.init(program, signs: signs.signs, isExhaustive: signs.isExhaustive)
  }

  init(_ program: ReLUProgram<Rational>, signs: [UnitSign], isExhaustive: Bool) {
    self.isExhaustive = isExhaustive
    var result = ReLUProgram<Rational>(inputs: program.inputs)
    var forms = program.inputs.indices.map { AffineForm<Rational>(source: $0) }
    var known: [AffineForm<Rational>: AffineForm<Rational>] = [:]
    let needed = program.readUnits
    for (number, (unit, sign)) in zip(program.units, signs).enumerated() {
      let inside = unit.substituting { forms[$0] }
      switch sign {
      case .on:
        alwaysOn += 1
        forms.append(inside)
        continue
      case .off:
        alwaysOff += 1
        forms.append(AffineForm())
        continue
      case .both: break
      }
      if !needed[number] { unread += 1 }
      guard let scale = inside.terms.map(\.weight.magnitude).max() else {
        forms.append(AffineForm(constant: max(inside.constant, 0)))
        continue
      }
      let primitive = inside * scale.reciprocal
      if let unit = known[primitive] {
        joined += 1
        forms.append(unit * scale)
      } else if let unit = known[primitive * -1] {
        joined += 1
        forms.append((unit + primitive) * scale)
      } else {
        let unit = result.addReLU(of: primitive)
        known[primitive] = unit
        forms.append(unit * scale)
      }
    }
    result.outputs = program.outputs.map { $0.substituting { forms[$0] } }
    self.program = result.pruned
  }
}

/// Whether a unit's inside is positive over a box.
enum UnitSign: Sendable, Hashable {
  case on, off, both
}

extension ReLUProgram<Rational> {
  /// The signs that the insides of all units take over a box: exactly by listing the regions, or by intervals where they are too many.
  func unitSigns(
    over box: InputBox, limit: Int, observer: (any Observer)? = nil
  ) throws -> (signs: [UnitSign], isExhaustive: Bool) {
    let bounds = sourceBounds(over: box)
    let byBounds = units.map { unit -> UnitSign in
      let (low, high) = unit.bounds(of: bounds)
      return low >= 0 ? .on : high <= 0 ? .off : .both
    }
    guard byBounds.contains(.both), box.dimension <= ExactRegions.largestDimension else {
      return (byBounds, !byBounds.contains(.both))
    }
    var (isOn, isOff) = (Array(repeating: false, count: units.count), Array(repeating: false, count: units.count))
    let isComplete = try ExactRegions(self, box: box).forEach(limit: limit, observer: observer) { region in
      for (unit, value) in region.pattern.enumerated() {
        if value { isOn[unit] = true } else { isOff[unit] = true }
      }
      return true
    }
    guard isComplete else { return (byBounds, false) }
    return (zip(isOn, isOff).map { $0 && $1 ? .both : $0 ? .on : .off }, true)
  }

  /// Intervals that hold the values of all sources over a box.
  func sourceBounds(over box: InputBox) -> [(low: Rational, high: Rational)] {
    var bounds = zip(box.lower, box.upper).map { (low: $0, high: $1) }
    for unit in units {
      let (low, high) = unit.bounds(of: bounds)
      bounds.append((max(low, 0), max(high, 0)))
    }
    return bounds
  }
}

extension AffineForm<Rational> {
  /// The interval of values where the sources lie in intervals.
  func bounds(of sources: [(low: Rational, high: Rational)]) -> (low: Rational, high: Rational) {
    terms.reduce((constant, constant)) { sum, term in
      let (low, high) = sources[term.source]
      return term.weight > 0
        ? (sum.0 + term.weight * low, sum.1 + term.weight * high)
        : (sum.0 + term.weight * high, sum.1 + term.weight * low)
    }
  }
}
