public import VitroLab

/// `vitro circuits …`: algorithms in weights.
public enum Circuits: ExperimentGroup {
  /// `circuits`.
  public static let name = "circuits"
  /// What the group is about.
  public static let abstract = "Which algorithm weights spell: write one, train one, read one back, with a proof."
}
