internal import VitroPiecewise

extension FormulaExpression {
  /// The same function in shorter words: clips, absolute values, comparisons, parities found in minima, maxima and folds.
  var polished: FormulaExpression {
    replacing(children: children.map(\.polished)).polishedRoot
  }

  /// ``polished`` for an expression whose parts are.
  var polishedRoot: FormulaExpression {
    let inner = folded.inOrder
    var best = inner
    for candidate in inner.rewritings where candidate.complexity < best.complexity { best = candidate }
    return best == inner ? inner : best.polished
  }

  /// Minima and maxima with their arguments in the order of their text, numbers last.
  private var inOrder: FormulaExpression {
    func sorted(_ parts: [FormulaExpression]) -> [FormulaExpression] {
      parts.sorted { left, right in
        if (left.constant == nil) != (right.constant == nil) { return left.constant == nil }
        return "\(left)" < "\(right)"
      }
    }
    return switch self {
    case .min(let parts): .min(sorted(parts))
    case .max(let parts): .max(sorted(parts))
    default: self
    }
  }

  /// The expression with the opposite sign where its first term is negative: |z| = |−z|.
  var withPositiveLead: FormulaExpression {
    let lead = if case .sum(let parts) = self { parts.first ?? self } else { self }
    let isNegative =
      switch lead {
      case .scaled(let factor, _): factor < 0
      case .number(let value): value < 0
      default: false
      }
    return isNegative ? (-self).termwise : self
  }

  /// A multiple of a sum as the sum of multiples.
  var termwise: FormulaExpression {
    guard case .scaled(let factor, .sum(let parts)) = self else { return self }
    return FormulaExpression.sum(parts.map { factor * $0 }).folded
  }

  private var rewritings: [FormulaExpression] {
    switch self {
    case .min(let parts): extremeRewritings(parts, isMinimum: true)
    case .max(let parts): extremeRewritings(parts, isMinimum: false)
    case .clip(let x, .number(0), .number(1)): comparisons(x)
    case .relu(.min(let parts)):
      Self.bounded(parts).map { $0.bound >= 0 ? [.clip($0.rest, low: .number(0), high: .number($0.bound))] : [] } ?? []
    case .abs(let x): foldRewritings(x)
    case .sum(let parts): sumRewritings(parts)
    case .scaled(let factor, .sum(let parts)): [FormulaExpression.sum(parts.map { factor * $0 }).folded]
    case .scaled(let factor, .max(let parts)) where factor < 0:
      [.scaled(-factor, .min(parts.map { (-$0).termwise })).folded]
    case .scaled(let factor, .min(let parts)) where factor < 0:
      [.scaled(-factor, .max(parts.map { (-$0).termwise })).folded]
    default: []
    }
  }

  private func extremeRewritings(_ parts: [FormulaExpression], isMinimum: Bool) -> [FormulaExpression] {
    var result: [FormulaExpression] = []
    if parts.count == 2 {
      let (a, b) = (parts[0], parts[1])
      if (a + b).termwise == .number(0) {
        let magnitude = FormulaExpression.abs(a.withPositiveLead)
        result.append(isMinimum ? -magnitude : magnitude)
      }
      for (x, bound) in [(a, b), (b, a)] {
        guard let limit = bound.constant else { continue }
        if limit == 0, !isMinimum { result.append(.relu(x)) }
        if isMinimum, case .max(let inner) = x, let low = Self.bounded(inner), low.bound <= limit {
          result.append(.clip(low.rest, low: .number(low.bound), high: bound))
        }
        if isMinimum, limit >= 0, case .relu(let inner) = x {
          result.append(.clip(inner, low: .number(0), high: bound))
        }
        if !isMinimum, case .min(let inner) = x, let high = Self.bounded(inner), limit <= high.bound {
          result.append(.clip(high.rest, low: bound, high: .number(high.bound)))
        }
      }
    }
    if let median = Self.median(parts, isMinimum: isMinimum) { result.append(median) }
    if let (shared, rests) = Self.sharedTerms(parts) {
      result.append(shared + (isMinimum ? FormulaExpression.min(rests) : .max(rests)).folded)
    }
    return result
  }

  /// `max(min(a, b), min(c, max(a, b)))`, its dual, and the three pairs are the median.
  private static func median(_ parts: [FormulaExpression], isMinimum: Bool) -> FormulaExpression? {
    func inner(_ part: FormulaExpression, minimum: Bool) -> [FormulaExpression]? {
      switch part {
      case .min(let inner) where minimum && inner.count == 2: inner
      case .max(let inner) where !minimum && inner.count == 2: inner
      default: nil
      }
    }
    let pairs = parts.compactMap { inner($0, minimum: !isMinimum) }
    guard pairs.count == parts.count else { return nil }
    if pairs.count == 3 {
      let all = Set(pairs.joined())
      guard all.count == 3, Set(pairs.map(Set.init)).count == 3 else { return nil }
      let sorted = all.sorted { "\($0)" < "\($1)" }
      return .median(sorted[0], sorted[1], sorted[2])
    }
    guard pairs.count == 2 else { return nil }
    for (outer, other) in [(pairs[0], pairs[1]), (pairs[1], pairs[0])] {
      for (c, nested) in [(other[0], other[1]), (other[1], other[0])] {
        if let within = inner(nested, minimum: isMinimum), Set(within) == Set(outer) {
          let sorted = (outer + [c]).sorted { "\($0)" < "\($1)" }
          return .median(sorted[0], sorted[1], sorted[2])
        }
      }
    }
    return nil
  }

  /// A number among two parts, and the other one.
  private static func bounded(_ parts: [FormulaExpression]) -> (rest: FormulaExpression, bound: Rational)? {
    guard parts.count == 2 else { return nil }
    if let bound = parts[0].constant { return (parts[1], bound) }
    if let bound = parts[1].constant { return (parts[0], bound) }
    return nil
  }

  /// Summands that all parts have: `max(x + c, y + c) = max(x, y) + c`.
  private static func sharedTerms(
    _ parts: [FormulaExpression]
  ) -> (shared: FormulaExpression, rests: [FormulaExpression])? {
    func terms(_ part: FormulaExpression) -> [FormulaExpression] {
      if case .sum(let inner) = part { inner } else { [part] }
    }
    guard let first = parts.first, parts.count > 1 else { return nil }
    let shared = terms(first).filter { term in
      term != .number(0) && parts.dropFirst().allSatisfy { terms($0).contains(term) }
    }
    guard !shared.isEmpty else { return nil }
    let total = FormulaExpression.sum(shared).folded
    return (total, parts.map { ($0 - total).folded })
  }

  /// `clip((b − a)/w, 0, 1)` is `a < b within w`.
  private func comparisons(_ x: FormulaExpression) -> [FormulaExpression] {
    let (factor, core) = if case .scaled(let factor, let core) = x { (factor, core) } else { (Rational(1), x) }
    let terms = if case .sum(let parts) = core { parts } else { [core] }
    var (greater, smaller): ([FormulaExpression], [FormulaExpression]) = ([], [])
    for term in terms.map({ factor.sign > 0 ? $0 : (-$0).folded }) {
      switch term {
      case .scaled(let weight, let rest) where weight < 0: smaller.append((-weight) * rest)
      case .number(let value) where value < 0: smaller.append(.number(-value))
      default: greater.append(term)
      }
    }
    let (left, right) = (FormulaExpression.sum(smaller).folded, FormulaExpression.sum(greater).folded)
    let width = factor.magnitude.reciprocal
    return [
      .comparison(.less, left, right, width: width), .comparison(.greater, right, left, width: width),
    ]
  }

  /// Folds `||x − 2ⁿ⁻¹| − 2ⁿ⁻²| … − 1|` are a parity.
  private func foldRewritings(_ inside: FormulaExpression) -> [FormulaExpression] {
    var (core, bits) = (FormulaExpression.abs(inside), 0)
    while case .abs(.sum(let parts)) = core, parts.count == 2, let constant = parts.compactMap(\.constant).first,
      -constant == Rational(1 << bits), let rest = parts.first(where: { $0.constant == nil }), bits < Self.mostBits
    {
      core = rest
      bits += 1
    }
    guard bits >= 2, bits <= Self.mostBits else { return [] }
    return [.even(core, bits: bits)]
  }

  private func sumRewritings(_ parts: [FormulaExpression]) -> [FormulaExpression] {
    guard parts.count == 2, let one = parts.first(where: { $0.constant == 1 }),
      let other = parts.first(where: { $0 != one })
    else { return [] }
    switch other {
    case .scaled(-1, .even(let x, let bits)): return [.odd(x, bits: bits)]
    case .scaled(-1, .odd(let x, let bits)): return [.even(x, bits: bits)]
    default: return []
    }
  }
}
