internal import VitroCore
internal import VitroLab

/// What a study of methods found: facts, and a report.
struct MethodsResult {
  let comparison: MethodsComparison
  let model: String
  /// What the answer is called.
  let answer: String
  /// Whether spreads were taken over the built-in texts.
  let isBuiltInReference: Bool

  var defined: [MethodsComparison.Found] { comparison.methods.filter(\.isDefined) }

  // MARK: - Facts

  var facts: [String: JSONValue] {
    func rows(_ method: MethodsComparison.Found) -> JSONValue {
      .array(method.scores.map { $0.map { .numbers($0) } ?? .null })
    }
    let methods = comparison.methods
    let scores = JSONValue.object(Dictionary(methods.map { ($0.name, rows($0)) }, uniquingKeysWith: { $1 }))
    let reasons = methods.compactMap { method in
      comparison.reasonUndefined(method).map { (method.name, JSONValue.string($0)) }
    }
    var facts: [String: JSONValue] = [
      "model": .string(model), "tokens": .array(comparison.tokens.map { .string($0) }),
      "layers": .array(comparison.layers.map { .string($0) }), "target": .string(comparison.target.rawValue),
      "class": .integer(comparison.answer), "answer": .string(answer),
      "scores": methods.count == 1 ? rows(methods[0]) : scores,
      "undefined": .object(Dictionary(reasons, uniquingKeysWith: { $1 })),
    ]
    let residuals = methods.filter { $0.residuals.contains { $0 != nil } }.map { method in
      (method.name, JSONValue.array(method.residuals.map { $0.map { .number($0) } ?? .null }))
    }
    if !residuals.isEmpty { facts["residuals"] = .object(Dictionary(residuals, uniquingKeysWith: { $1 })) }
    if defined.count > 1 {
      facts["agreement"] = .object(
        Dictionary(
          defined.map { first in
            let row = defined.map { ($0.name, JSONValue.number(comparison.agreement(first, $0))) }
            return (first.name, .object(Dictionary(row, uniquingKeysWith: { $1 })))
          }, uniquingKeysWith: { $1 }))
    }
    return facts
  }
}
