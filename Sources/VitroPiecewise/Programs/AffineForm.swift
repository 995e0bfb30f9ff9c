/// An affine function of the inputs and units of a program: `Σ weight · source + constant`.
///
/// Sources are numbered: first the inputs, then the units in their order. Terms stand in the order of their sources and none has weight zero.
public struct AffineForm<Scalar: PiecewiseScalar>: Sendable, Hashable {
  /// One summand.
  public struct Term: Sendable, Hashable {
    /// The input or unit, by number.
    public var source: Int
    /// Its factor, not zero.
    public var weight: Scalar

    /// Creates a summand.
    public init(source: Int, weight: Scalar) { (self.source, self.weight) = (source, weight) }
  }

  /// The summands, by source.
  public private(set) var terms: [Term]
  /// The constant summand.
  public var constant: Scalar

  /// A constant.
  public init(constant: Scalar = 0) { (terms, self.constant) = ([], constant) }

  /// One source by itself.
  public init(source: Int) { (terms, constant) = ([Term(source: source, weight: 1)], 0) }

  /// A sum of terms with sources in any order; terms of one source are added up.
  public init(terms: [Term], constant: Scalar = 0) {
    self.constant = constant
    self.terms = []
    self.terms.reserveCapacity(terms.count)
    let isOrdered = zip(terms, terms.dropFirst()).allSatisfy { $0.source < $1.source }
    for term in isOrdered ? terms : terms.sorted(by: { $0.source < $1.source }) {
      if let last = self.terms.last, last.source == term.source {
        self.terms[self.terms.count - 1].weight += term.weight
      } else {
        if let last = self.terms.last, last.weight == 0 { self.terms.removeLast() }
        self.terms.append(term)
      }
    }
    if let last = self.terms.last, last.weight == 0 { self.terms.removeLast() }
  }

  /// Whether no source appears.
  public var isConstant: Bool { terms.isEmpty }

  /// Whether this is zero everywhere.
  public var isZero: Bool { terms.isEmpty && constant == 0 }

  /// The factor of a source, zero where it does not appear.
  public subscript(source: Int) -> Scalar {
    var (low, high) = (0, terms.count)
    while low < high {
      let middle = (low + high) / 2
      if terms[middle].source < source { low = middle + 1 } else { high = middle }
    }
    return low < terms.count && terms[low].source == source ? terms[low].weight : 0
  }

  /// The value where sources have given values.
  public func value(at sources: [Scalar]) -> Scalar {
    terms.reduce(constant) { $0 + $1.weight * sources[$1.source] }
  }

  /// The sum.
  public static func + (left: AffineForm, right: AffineForm) -> AffineForm {
    AffineForm(terms: left.terms + right.terms, constant: left.constant + right.constant)
  }

  /// The difference.
  public static func - (left: AffineForm, right: AffineForm) -> AffineForm { left + right * -1 }

  /// The multiple.
  public static func * (left: AffineForm, right: Scalar) -> AffineForm {
    guard right != 0 else { return AffineForm() }
    var result = left
    for index in result.terms.indices { result.terms[index].weight *= right }
    result.constant *= right
    return result
  }

  /// The form with every source replaced by a form.
  public func substituting(_ replacement: (Int) -> AffineForm) -> AffineForm {
    var terms: [Term] = []
    var constant = constant
    for term in self.terms {
      let form = replacement(term.source)
      constant += term.weight * form.constant
      for inner in form.terms { terms.append(Term(source: inner.source, weight: term.weight * inner.weight)) }
    }
    return AffineForm(terms: terms, constant: constant)
  }

  /// The form with every source renumbered; the new numbers differ from one another.
  public func renumbered(_ number: (Int) -> Int) -> AffineForm {
    AffineForm(terms: terms.map { Term(source: number($0.source), weight: $0.weight) }, constant: constant)
  }

  /// The form with its numbers converted.
  public func converted<Other>(_ conversion: (Scalar) -> Other) -> AffineForm<Other> {
    AffineForm<Other>(
      terms: terms.map { .init(source: $0.source, weight: conversion($0.weight)) }, constant: conversion(constant))
  }
}
