import VitroCircuits
import VitroPiecewise

/// A small generator of random numbers, the same on every machine.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func number() -> Rational {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: Rational(Int.random(in: -9...9, using: &self))
    case 1: Rational(Int.random(in: -9...9, using: &self), over: Int.random(in: 1...9, using: &self))
    case 2: Rational(Int.random(in: -99...99, using: &self), over: 100)
    default: Rational(Int.random(in: -3...3, using: &self))
    }
  }
}

/// Random formulas over all of the language.
enum RandomFormulas {
  static func expression(_ names: [String], depth: Int, _ dice: inout Dice) -> FormulaExpression {
    func part() -> FormulaExpression { expression(names, depth: depth - 1, &dice) }
    func parts(_ counts: ClosedRange<Int>) -> [FormulaExpression] {
      (0..<Int.random(in: counts, using: &dice)).map { _ in part() }
    }
    if depth == 0 || Int.random(in: 0..<8, using: &dice) == 0 {
      return Int.random(in: 0..<4, using: &dice) == 0
        ? .number(dice.number()) : .variable(names.randomElement(using: &dice) ?? "a")
    }
    switch Int.random(in: 0..<19, using: &dice) {
    case 0, 1: return .sum(parts(2...3))
    case 2, 3: return .scaled(dice.number(), part())
    case 4: return .relu(part())
    case 5: return .abs(part())
    case 6: return .min(parts(2...4))
    case 7: return .max(parts(2...4))
    case 8: return .median(part(), part(), part())
    case 9: return .clip(part(), low: .number(-2), high: .number(dice.number().magnitude))
    case 10:
      let relation = FormulaExpression.Relation.allCases.randomElement(using: &dice) ?? .less
      return .comparison(relation, part(), part(), width: Bool.random(using: &dice) ? 1 : Rational(1, over: 3))
    case 11: return .conditional(if: part(), then: part(), else: part())
    case 12: return .not(part())
    case 13: return .and(parts(2...3))
    case 14: return .or(parts(2...3))
    case 15: return .parity(parts(2...4))
    case 16: return .majority([part(), part(), part()])
    case 17:
      let bits = Int.random(in: 1...4, using: &dice)
      return Bool.random(using: &dice) ? .odd(part(), bits: bits) : .even(part(), bits: bits)
    default:
      let knots = (0..<Int.random(in: 2...4, using: &dice)).map {
        FormulaExpression.Knot(Rational($0 * 2), dice.number())
      }
      return .interpolate(part(), knots)
    }
  }

  static func formula(_ dice: inout Dice, depth: Int = 3) -> Formula {
    var names = ["a", "b", "c"]
    var bindings: [Formula.Binding] = []
    for index in 0..<Int.random(in: 0...2, using: &dice) {
      let value = expression(names, depth: depth - 1, &dice).simplified
      guard value.constant == nil else { continue }
      bindings.append(.init("t\(index)", value))
      names.append("t\(index)")
    }
    let outputs = (0..<Int.random(in: 1...2, using: &dice)).map { _ in
      expression(names, depth: depth, &dice).simplified
    }
    return Formula(inputs: ["a", "b", "c"], bindings: bindings, outputs: outputs)
  }

  /// Random points, also on the corners where pieces meet.
  static func points(_ count: Int, inputs: Int, _ dice: inout Dice) -> [[Rational]] {
    (0..<count).map { index in
      (0..<inputs).map { _ in
        index % 2 == 0 ? Rational(Int.random(in: -6...6, using: &dice)) : dice.number() * 7
      }
    }
  }
}
