internal import VitroCore

/// A family of pretrained transformers: how its configuration describes it, and what its files call each parameter.
///
/// Adding a family is adding a row of ``all``; what its networks do differently are settings of ``TransformerDescription``.
struct TransformerFamily: Sendable {
  /// What people call it.
  var name: String
  /// What `config.json` calls it (`model_type`).
  var modelTypes: [String]
  /// What stands before the names of its tensors in some files.
  var prefixes: [String]
  /// The description that a configuration gives.
  var describe: @Sendable (ConfigurationFile) throws -> TransformerDescription
  /// The tensor that holds a parameter of a block (its name without `blocks.N.`), or of the rest.
  var recipe: @Sendable (_ parameter: String, _ layer: Int?, TransformerDescription) -> WeightRecipe?
  /// Changes what depends on which tensors a file holds, such as the head of a masked language model.
  var refine: @Sendable (inout TransformerDescription, _ names: Set<String>) -> Void = { _, _ in }

  static let all: [TransformerFamily] = [.bert, .distilBERT, .roberta, .gpt2, .llama, .gemma2, .neoX]

  /// The family of a `model_type`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) with all that are read.
  static func named(_ type: String, in file: String) throws -> TransformerFamily {
    if let family = all.first(where: { $0.modelTypes.contains(type) }) { return family }
    let known = all.flatMap(\.modelTypes)
    let nearest = nearestName(to: type, in: known)
    throw VitroError(
      .unsupported, "reading \(file)", "model_type: found '\(type.prefix(64))', which is not read",
      hint: (nearest.map { "Did you mean '\($0)'? " } ?? "") + "These are: \(known.joined(separator: ", ")).",
      details: [
        "file": file, "field": "model_type", "found": "\(type.prefix(64))", "expected": known.joined(separator: ", "),
      ])
  }
}

/// `weight` or `bias` of one of a family's tensors.
func tensor(_ stem: String, _ parameter: Substring, form: WeightRecipe.Form = .plain) -> WeightRecipe {
  // Checkpoints converted from TensorFlow call the gain gamma and the shift beta.
  let old = parameter == "weight" ? "gamma" : "beta"
  return WeightRecipe(names: ["\(stem).\(parameter)", "\(stem).\(old)"], form: form)
}

extension WeightRecipe {
  init(names: [String], form: Form) {
    self.names = names
    self.form = form
  }
}

/// A parameter's name without its last part, and that part.
func split(_ parameter: String) -> (stem: Substring, last: Substring) {
  guard let dot = parameter.lastIndex(of: ".") else { return (parameter[...], "") }
  return (parameter[..<dot], parameter[parameter.index(after: dot)...])
}
