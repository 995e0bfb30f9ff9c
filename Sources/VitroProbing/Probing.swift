public import VitroLab

/// The commands `vitro probe …`.
public enum Probing: ExperimentGroup {
  /// `probe`.
  public static let name = "probe"
  /// What probes are for.
  public static let abstract = "Ask what a linear classifier can read, and where."
}
