internal import VitroCore
public import VitroLab
internal import VitroModels

/// `vitro model …`: real language models under glass.
public enum Models: ExperimentGroup {
  /// `model`.
  public static let name = "model"
  /// What the group is about.
  public static let abstract = "Open language models and see what they compute, or train small ones on texts."
}

extension Models {
  /// What MODEL may be, for the fields of all studies.
  static let help = "The model: a Hugging Face directory, a .gguf file, or a llama2.c checkpoint."

  /// What all studies say of texts.
  static let textsHelp = """
    MODEL is a directory with config.json, safetensors and a tokenizer, a .gguf file, or a llama2.c checkpoint. Without a tokenizer, a text is \
    the numbers of its tokens: '3 14 15'.
    """

  /// What is said when something is missing.
  static func missing(_ what: String, _ operation: String, field: String) -> VitroError {
    VitroError(.argument, operation, "\(what) is missing", details: ["field": field])
  }

  /// Checks that there is a model.
  static func check(_ path: String?, _ operation: String) throws {
    guard path?.isEmpty == false else {
      throw missing("MODEL, a directory or file,", operation, field: "model")
    }
  }

  /// A text that was given.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when there is none.
  static func given(_ text: String?, _ flag: String, _ operation: String) throws -> String {
    guard let text, !text.isEmpty else {
      throw missing("--\(flag)", operation, field: flag)
    }
    return text
  }

  /// Opens a model, and enters its files for the provenance.
  static func open(_ path: String?, in run: Run) throws -> LanguageModel {
    let path = path ?? ""
    let model = try LanguageModel(path)
    try run.read(files: model.files, as: path, role: "model")
    return model
  }
}

extension Stage {
  /// Shows how far work has come, and stops it when that is asked.
  func progress(_ done: Int, of total: Int, _ detail: String? = nil) throws {
    try checkpoint(name)
    update(ProgressUpdate(name, completed: done, of: total, detail: detail))
  }
}
