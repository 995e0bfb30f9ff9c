public import VitroLab

/// `vitro information …`: what each layer forgets of each word.
public enum Information: ExperimentGroup {
  /// `information`.
  public static let name = "information"
  /// What the group is about.
  public static let abstract = "Measure what each layer keeps of each word, beside other methods."
}
