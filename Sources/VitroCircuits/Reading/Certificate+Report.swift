internal import VitroCore
internal import VitroLab
internal import VitroPiecewise

extension Certificate {
  /// The keys that scripts rely on.
  var facts: [String: JSONValue] {
    [
      "certified": .bool(isCertified), "verdict": .string(verdict.rawValue), "bound": .number(bound),
      "method": .string(method.rawValue), "tolerance": .number(Double(tolerance)), "box": .string("\(box)"),
      "counterexample": counterexample.map { .numbers($0.map { Double($0) }) } ?? .null,
      "counterexampleExact": counterexample.map { .array($0.map { .string("\($0)") }) } ?? .null,
      "cells": .integer(cells),
    ]
  }

  /// What was shown, one sentence.
  var statement: String {
    let limit = Self.text(tolerance)
    switch verdict {
    case .certified:
      let distance =
        upperBound == 0
        ? "they are **the same function**" : "they differ by at most **\(Self.digits.text(bound))** (allowed: \(limit))"
      return "Proved over \(boxText): \(distance)."
    case .refuted:
      return
        "**Not the same** over \(boxText): at \(Self.point(worstPoint, names: box.names)) they differ by \(Self.digits.text(Double(largestSeen))), more than \(limit)."
    case .undecided:
      return
        "**Undecided** over \(boxText): no difference above \(limit) was found, the largest seen is \(Self.digits.text(Double(largestSeen))), but the work allowed was spent before a proof."
    }
  }

  /// The certificate as a table: what, where, how.
  var table: Table {
    Table(
      title: "The certificate", columns: [.init("what"), .init("value")],
      rows: [
        [.text("claim"), .text("|network − formula| ≤ \(tolerance) everywhere in the box")],
        [.text("box"), .text(boxText)],
        [.text("verdict"), .text(verdict.rawValue)],
        [
          .text(upperBound == nil ? "largest difference seen" : "bound of the difference"),
          .text("\(Self.digits.text(bound))\(exactBound)"),
        ],
        [.text("reached at"), .text(Self.point(worstPoint, names: box.names))],
        [.text("method"), .text(method.rawValue)],
        [.text(method == .exactEnumeration ? "linear regions" : "boxes"), .text("\(cells)")],
        [
          .text("about"),
          .text("the function of the stored weights in exact arithmetic; a float32 run adds its rounding"),
        ],
      ])
  }

  private var exactBound: String {
    guard let upperBound, method == .exactEnumeration else { return "" }
    let text = "\(upperBound)"
    return text.count <= 24 ? " (exactly \(text))" : " (known exactly, rounded up)"
  }

  var boxText: String {
    zip(box.names, zip(box.lower, box.upper)).map { "\($0) ∈ [\($1.0), \($1.1)]" }.joined(separator: ", ")
      .replacing("-", with: "−")
  }

  static let digits = NumberFormat.significant(3)

  static func text(_ value: Rational) -> String {
    let text = "\(value)"
    return text.count <= 12 ? text : digits.text(Double(value))
  }

  static func point(_ point: [Rational], names: [String]) -> String {
    zip(names, point).map { "\($0) = \(NumberFormat.significant(6).text(Double($1)))" }.joined(separator: ", ")
  }
}
