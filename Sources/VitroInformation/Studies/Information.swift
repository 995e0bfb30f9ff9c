public import VitroLab

/// The commands `vitro information …`.
public enum Information: ExperimentGroup {
  /// `information`.
  public static let name = "information"
  /// What the group is about.
  public static let abstract =
    "Measure what each layer has forgotten of each word, beside the methods it is compared with."
}

extension Information {
  static let modelHelp =
    "The model: a Hugging Face directory, one that 'vitro model train' saved, a .gguf file, or a llama2.c checkpoint."
  static let layersHelp =
    "The values to ask about: names of taps, '*' for any characters, 'tap@-1' for the last word's alone; all hidden states unless given, and what a classifier makes of them."
  static let referenceHelp =
    "A file of texts (a line each, or a table with labels) over which layers' spreads are measured; built-in prose unless given."
}
