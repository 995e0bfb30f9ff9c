internal import VitroCore
public import VitroLab

/// Whether a pointwise activation keeps a representation equivariant.
///
/// ```swift
/// var study = CompatibleStudy()
/// (study.activation, study.matrices) = ("relu", "signed.json")
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct CompatibleStudy: Experiment {
  /// `vitro symmetry …`.
  public static var group: (any ExperimentGroup.Type)? { Symmetry.self }
  /// `compatible`.
  public static let name = "compatible"
  /// What is found.
  public static let abstract = "Whether an activation keeps a representation equivariant, and why."
  /// The rule.
  public static let discussion = """
    f commutes with a matrix that has two entries in a row only if it is linear; with one entry m in each row if f(mx) = m·f(x): permutations for every f, signed permutations for odd f, positive \
    factors for a·x + b·|x|. MATRICES is a JSON file with a matrix for each generator, [[[0, -1], [1, 0]], …].

    Example: vitro symmetry compatible --activation relu --matrices signed.json
    """
  /// The activation and the matrices.
  public static let fields: [Field<Self>] = [
    Field("activation", \.activation, help: "The function: " + PointwiseActivation.names.joined(separator: ", ") + "."),
    Field("matrices", path: \.matrices, help: "A matrix for each generator of the group, a JSON file."),
  ]

  /// The activation.
  public var activation = "relu"
  /// A file of matrices.
  public var matrices: String?

  /// The matrices are missing.
  public init() {}

  /// An activation and matrices are needed.
  public func validate() throws {
    _ = try PointwiseActivation(activation)
    guard matrices != nil else {
      throw VitroError(
        .argument, Self.fullName, "--matrices is missing: a matrix for each generator",
        hint: "A JSON file such as [[[0, -1], [1, 0]]].", details: ["field": "matrices"])
    }
  }

  /// Checks every activation, the asked one first.
  public func run(_ run: Run) throws -> Outcome {
    let path = matrices ?? ""
    try run.read(files: [path], as: path, role: "matrices")
    let representation = try MatrixRepresentation(file: path)
    let asked = Compatibility(try PointwiseActivation(activation), matrices: representation.matrices)
    let others = try PointwiseActivation.names.filter { $0 != "power:m" }.map { name in
      (name, Compatibility(try PointwiseActivation(name), matrices: representation.matrices))
    }
    let verdict = asked.isCompatible ? "keeps it equivariant" : "breaks its equivariance"
    let report = Report(
      id: "symmetry-compatible", title: "\(activation) on \(asked.kind.rawValue) matrices", kicker: "Symmetry",
      lede: RichText(
        "**\(activation) \(verdict)**: " + RichText(plain: asked.reason).source + "."
          + (asked.hint.map { " " + RichText(plain: $0).source } ?? "")),
      sections: [
        ReportSection(
          "All activations", id: "activations",
          [
            .table(
              Table(
                columns: [.init("activation"), .init("equivariant"), .init("why")],
                rows: others.map { [.text($0.0), .text($0.1.isCompatible ? "yes" : "no"), .text($0.1.reason)] }))
          ])
      ])
    return Outcome(
      report: report,
      facts: [
        "compatible": .bool(asked.isCompatible), "kind": .string(asked.kind.rawValue), "reason": .string(asked.reason),
        "hint": asked.hint.map { .string($0) } ?? .null,
        "others": .object(
          Dictionary(uniqueKeysWithValues: others.map { ($0.0, JSONValue.bool($0.1.isCompatible)) })),
      ])
  }
}
