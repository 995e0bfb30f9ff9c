public import VitroCore
internal import VitroFitting
public import VitroLab

/// One circuit of the gallery, written, trained and read back.
public struct GalleryEntry: Codable, Sendable {
  /// The circuit written by the compiler.
  public struct Written: Codable, Sendable, Hashable {
    /// ReLUs, those that hand values on included.
    public var units: Int
    /// ReLUs where later layers may read all earlier ones.
    public var unitsWithSkips: Int
    /// Layers of ReLUs.
    public var depth: Int
    /// Weights and biases of the chain of layers.
    public var parameters: Int
    /// Whether the float32 weights are proved to spell the formula everywhere in the box.
    public var isCertified: Bool
    /// What was proved, one sentence.
    public var statement: String

    /// `7 ReLUs in 2 layers (3 with skips), 35 weights and biases`.
    var text: String {
      let layers = "\(units) ReLU\(units == 1 ? "" : "s") in \(depth) layer\(depth == 1 ? "" : "s")"
      return layers + (unitsWithSkips < units ? " (\(unitsWithSkips) with skips)" : "")
        + ", \(parameters) weights and biases"
    }
  }

  /// The networks that were trained.
  public struct Trained: Codable, Sendable, Hashable {
    /// What was trained, in a few words.
    public var architecture: String
    /// The examples.
    public var examples: Int
    /// The steps.
    public var steps: Int
    /// The final mean squared error of each.
    public var losses: [Double]
    /// The largest error of each on any example.
    public var errors: [Double]
    /// The largest error with which a network has found the circuit.
    public var allowed: Double

    /// How many found it.
    public var solved: Int { errors.count { $0 <= allowed } }
    /// The share that found it, with its Clopper–Pearson interval.
    var share: Estimate? { try? Estimate.clopperPearson(successes: solved, trials: Swift.max(errors.count, 1)) }
  }

  /// A formula read from weights.
  public struct Read: Codable, Sendable, Hashable {
    /// The formula.
    public var formula: String
    /// Whether it is proved to be the network up to the tolerance.
    public var isCertified: Bool
    /// The bound of the difference, or the largest difference seen.
    public var bound: Double
    /// The tolerance.
    public var tolerance: Double
    /// What was shown, one sentence.
    public var statement: String
  }

  /// The circuit's name.
  public var id: String
  /// The formula.
  public var formula: String
  /// The circuit written.
  public var written: Written
  /// The networks trained.
  public var trained: Trained
  /// The formula read from the written network with its units in another order and rescaled.
  public var scrambled: Read
  /// The formula read from the best trained network.
  public var found: Read
  /// The best trained network beside the formula.
  public var pictures: [ReportBlock]
  /// The written network as a picture of layers and weights.
  public var drawing: ReportBlock?

  /// The keys that scripts rely on.
  public var facts: JSONValue {
    func read(_ read: Read) -> JSONValue {
      ["formula": .string(read.formula), "certified": .bool(read.isCertified), "bound": .number(read.bound)]
    }
    return [
      "name": .string(id), "formula": .string(formula),
      "written": [
        "units": .integer(written.units), "unitsWithSkips": .integer(written.unitsWithSkips),
        "depth": .integer(written.depth), "parameters": .integer(written.parameters),
        "certified": .bool(written.isCertified),
      ],
      "trained": [
        "seeds": .integer(trained.errors.count), "solved": .integer(trained.solved),
        "share": .number(trained.share?.value ?? .nan), "low": .number(trained.share?.low ?? .nan),
        "high": .number(trained.share?.high ?? .nan),
      ],
      "readWritten": read(scrambled), "read": read(found),
    ]
  }
}
