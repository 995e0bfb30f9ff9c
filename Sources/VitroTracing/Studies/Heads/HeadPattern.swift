internal import VitroCore
internal import VitroLab
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// A head's attention on a text.
struct HeadPattern: Codable, Sendable {
  var name: String
  /// `[query, key]`.
  var weights: [[Double]]
  /// The text's tokens.
  var labels: [String] = []

  /// Patterns of longer texts cannot be looked at.
  static let mostTokens = 256

  static func read(_ model: LanguageModel, _ tokens: [Int], _ heads: [HeadsFinding.Head]) throws -> [HeadPattern] {
    guard tokens.count <= mostTokens else {
      throw VitroError(
        .argument, HeadsStudy.fullName,
        "the text has \(tokens.count) tokens; patterns are shown of at most \(mostTokens)",
        hint: "Give --text a shorter one.", details: ["field": "text"])
    }
    func tap(_ layer: Int) -> String { "blocks.\(layer).attn.hook_pattern" }
    let run = try model.run([tokens], recording: .names(Set(heads.map { tap($0.layer) }).sorted()), needsOutputs: false)
    return try heads.map { head in
      let pattern = try run.value(at: tap(head.layer), text: 0).select(at: head.head).cast(to: .float64)
      let values = try pattern.array(of: Double.self)
      let keys = pattern.shape[1]
      return HeadPattern(
        name: head.name, weights: (0..<pattern.shape[0]).map { Array(values[$0 * keys..<($0 + 1) * keys]) })
    }
  }
}
