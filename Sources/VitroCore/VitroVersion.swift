/// The version of Vitro.
public enum VitroVersion {
  /// The version, as in `vitro --version` and in every report.
  public static let current = "0.1.0"
}
