internal import VitroCore
public import VitroLab

/// The gallery of circuits: small algorithms written into weights, trained from many seeds, and read back.
public struct GalleryStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `gallery`.
  public static let name = "gallery"
  /// What the gallery is.
  public static let abstract =
    "Write, train and read back small circuits: minimum, median, parity, sorting, adding, and others."
  /// How.
  public static let discussion = """
    Each circuit is written by the compiler and its float32 weights are proved to spell the formula; networks are trained on it from many \
    seeds at once; and a formula is read back, with a proof or the honest statement that there is none, from the written weights scrambled and from the \
    best trained network. Without a name all circuits, with one that circuit's page.

    Circuits: less-than, min, max, median, clip, abs, sort-two, sort-three, piecewise, xor, and, or, not, majority, parity, compare, add, \
    times.

    Example: vitro circuits gallery median --seeds 100
    """
  /// Which circuit, how many networks, how long.
  public static let fields: [Field<Self>] = [
    Field("circuit", \.circuit, isPositional: true, valueName: "name", help: "One circuit; by itself all of them."),
    Field("seeds", \.seeds, in: 1...100_000, help: "Networks trained on each circuit."),
    Field("steps", \.steps, in: 1...10_000_000, help: "Steps of each training."),
  ]

  /// One circuit, or all.
  public var circuit: String?
  /// Networks trained on each circuit.
  public var seeds = 40
  /// Steps of each training.
  public var steps = 3000

  /// All circuits, quickly.
  public init() {}

  /// A circuit that is named must be in the gallery.
  public func validate() throws {
    if let circuit { _ = try GalleryCircuit.named(circuit) }
  }

  /// Makes the entries, a stage each, and reports.
  public func run(_ run: Run) throws -> Outcome {
    let circuits = try circuit.map { [try GalleryCircuit.named($0)] } ?? GalleryCircuit.all
    let entries = try circuits.map { circuit in
      try run.stage("circuit \(circuit.id)") { stage in
        try circuit.entry(seeds: seeds, steps: steps, seed: stage.seed, observer: stage)
      }
    }
    let report = circuits.count == 1 ? entries[0].page(of: circuits[0]) : GalleryEntry.overview(entries, of: circuits)
    return Outcome(report: report, facts: ["circuits": .array(entries.map(\.facts))])
  }
}
