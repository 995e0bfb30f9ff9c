import Foundation

/// Where pretrained models lie, when they do: what `make test-models` fetches, or what stands beside the project.
enum PretrainedModels {
  /// The folder of fetched models: `VITRO_MODELS`, or `models` in the project.
  static let folder: String = {
    let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["VITRO_MODELS"] ?? project.appending(path: "models").path
  }()

  /// The folder of small networks beside the project.
  static let networks: String = {
    let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return project.deletingLastPathComponent().appending(path: "shared/data/networks").path
  }()

  /// The path of a model, `nil` when it is not there.
  static func path(_ name: String) -> String? {
    let candidates: [String] =
      switch name {
      case "smollm2": ["\(folder)/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"]
      case "stories260K": ["\(folder)/stories260K/stories260K.bin", "\(networks)/stories260K/stories260K.bin"]
      default: ["\(folder)/\(name)"]
      }
    return candidates.first { FileManager.default.fileExists(atPath: $0) }
  }

  static func has(_ name: String) -> Bool {
    let isThere = path(name) != nil
    if !isThere { print("Skipped: '\(name)' is not there; 'make test-models' fetches it.") }
    return isThere
  }
}
