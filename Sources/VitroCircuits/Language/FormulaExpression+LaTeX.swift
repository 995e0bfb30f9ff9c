internal import VitroPiecewise

extension FormulaExpression {
  /// The expression for LaTeX, in mathematical mode.
  public var latex: String { ExpressionLaTeX().text(of: self).text }
}

/// The typesetter of expressions.
private struct ExpressionLaTeX {
  typealias Piece = (text: String, tightness: Tightness)

  func text(of expression: FormulaExpression) -> Piece {
    switch expression {
    case .number(let value): (number(value), value < 0 ? .sign : .primary)
    case .variable(let name): (variable(name), .primary)
    case .sum(let parts): parts.isEmpty ? ("0", .primary) : sum(parts)
    case .scaled(let factor, let part): multiple(factor, part)
    case .abs(let part): ("\\lvert \(part.latex)\\rvert", .primary)
    case .comparison(let relation, let a, let b, let width):
      ("[\(a.latex) \(symbol(relation)) \(b.latex)]\(width == 1 ? "" : "_{\(number(width))}")", .primary)
    case .conditional(let condition, let yes, let no):
      (
        "\\begin{cases} \(yes.latex) & \\text{if } \(condition.latex) \\\\ \(no.latex) & \\text{otherwise} \\end{cases}",
        .primary
      )
    case .not(let part): ("\\lnot \(at(.primary, part))", .not)
    case .and(let parts): (parts.map { at(.not, $0) }.joined(separator: " \\land "), .and)
    case .or(let parts): (parts.map { at(.not, $0) }.joined(separator: " \\lor "), .or)
    case .parity(let parts): (parts.map { at(.primary, $0) }.joined(separator: " \\oplus "), .and)
    case .min(let parts): call("\\min", parts)
    case .max(let parts): call("\\max", parts)
    case .relu(let part): call("\\operatorname{ReLU}", [part])
    case .median(let a, let b, let c): call("\\operatorname{median}", [a, b, c])
    case .clip(let x, let low, let high): call("\\operatorname{clip}", [x, low, high])
    case .majority(let parts): call("\\operatorname{majority}", parts)
    case .odd(let part, let bits): call("\\operatorname{odd}_{\(bits)}", [part])
    case .even(let part, let bits): call("\\operatorname{even}_{\(bits)}", [part])
    case .interpolate(let part, let knots):
      (
        "\\operatorname{interpolate}(\(part.latex); "
          + knots.map { "\(number($0.x)) \\mapsto \(number($0.y))" }.joined(separator: ", ") + ")", .primary
      )
    }
  }

  private func at(_ tightness: Tightness, _ expression: FormulaExpression) -> String {
    let piece = text(of: expression)
    return piece.tightness < tightness ? "(\(piece.text))" : piece.text
  }

  private func call(_ name: String, _ parts: [FormulaExpression]) -> Piece {
    ("\(name)(\(parts.map(\.latex).joined(separator: ", ")))", .primary)
  }

  private func number(_ value: Rational) -> String {
    let text = "\(value.magnitude)"
    let sign = value < 0 ? "-" : ""
    guard let slash = text.firstIndex(of: "/") else { return sign + text }
    return "\(sign)\\tfrac{\(text[..<slash])}{\(text[text.index(after: slash)...])}"
  }

  private func variable(_ name: String) -> String {
    let letters = name.prefix { !$0.isNumber && $0 != "_" }
    let index = name.dropFirst(letters.count).drop { $0 == "_" }
    let escaped = index.replacing("_", with: "\\_")
    let stem = letters.count == 1 ? String(letters) : "\\mathit{\(letters)}"
    return index.isEmpty ? (letters.count == name.count ? stem : "\(stem)\\_") : "\(stem)_{\(escaped)}"
  }

  private func symbol(_ relation: FormulaExpression.Relation) -> String {
    switch relation {
    case .less: "<"
    case .lessOrEqual: "\\le"
    case .greater: ">"
    case .greaterOrEqual: "\\ge"
    case .equal: "="
    case .notEqual: "\\ne"
    }
  }

  private func sum(_ parts: [FormulaExpression]) -> Piece {
    var result = ""
    for part in parts {
      let term = at(.product, part)
      if result.isEmpty {
        result = term
      } else if term.hasPrefix("-") {
        result += " - " + term.dropFirst()
      } else {
        result += " + " + term
      }
    }
    return (result, .sum)
  }

  private func multiple(_ factor: Rational, _ part: FormulaExpression) -> Piece {
    if factor == 1 { return text(of: part) }
    let inner = if case .number = part { "(\(part.latex))" } else { at(.primary, part) }
    if factor == -1 { return ("-\(inner)", .product) }
    return ("\(number(factor)) \(inner)", .product)
  }
}
