internal import Foundation
internal import VitroCore
public import VitroLab
internal import VitroNetworks
internal import VitroPiecewise

/// The linear regions of a network: every cell of its inputs on which it is one affine function, drawn exactly.
///
/// ```swift
/// var study = RegionsStudy()
/// (study.network, study.box) = ("network.safetensors", "-1:1")
/// let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
/// ```
public struct RegionsStudy: Experiment {
  /// `vitro circuits …`.
  public static var group: (any ExperimentGroup.Type)? { Circuits.self }
  /// `regions`.
  public static let name = "regions"
  /// What is drawn.
  public static let abstract = "The linear regions of a network, exactly: cells, affine maps, decision boundaries."
  /// What it takes.
  public static let discussion = """
    A network of ReLU, leaky ReLU, absolute values or clipping is affine on each cell of a division of its inputs. Nothing \
    is sampled: a box is cut by one unit after the other, with all vertices, edges and faces.

    NETWORK is a directory with network.json and weights.safetensors, an ONNX file, or a safetensors file of N.weight and N.bias pairs. \
    Networks of one, two and three inputs are drawn; of more, a slice is: along inputs (--slice x1,x2, the others at the \
    centre of the box), through points (--slice '0,0,0;1,0,0;0,1,0'), or through the 2 or 3 rows of a .npy file.

    Example: vitro circuits regions my-network --box=-1:1 --report regions
    """
  /// The network and what of it is looked at.
  public static let fields: [Field<Self>] = [
    Field("network", path: \.network, isPositional: true, help: "The network: a directory or a file."),
    Field(
      "box", \.box, valueName: "a=lo:hi,…",
      help:
        "An interval for each input, or one for all; by itself the one it was written for, or −1:1, of a slice through points −0.5:1.5."
    ),
    Field("slice", \.slice, valueName: "slice", help: "Inputs (x1,x2), points (0,0;1,1), or a file of points."),
    Field("output", \.output, valueName: "tap", help: "The value to look at; by itself the network's output."),
    Field("instance", \.instance, in: 0...1_000_000_000, help: "Which of several networks in one file, from 0."),
    Field("zeroSet", \.zeroSet, help: "Cut, and count, also where outputs are zero."),
    Field(
      "exact", \.exact, help: "Cut in fractions and not in doubles: for weights that are simple numbers; slow."),
    Field(
      "limit", \.limit, in: 1...100_000_000, help: "How many cells, vertices and faces there may be."),
  ]

  /// The network's path.
  public var network: String?
  /// The box.
  public var box: String?
  /// The slice.
  public var slice: String?
  /// The tap that is looked at.
  public var output: String?
  /// Which of several networks.
  public var instance: Int?
  /// Whether zero sets of outputs cut.
  public var zeroSet = false
  /// Whether cuts are made in fractions.
  public var exact = false
  /// The most cells of all dimensions.
  public var limit = PolyhedralComplex.standardLimit

  /// All of the box; the network is missing.
  public init() {}

  /// A network is needed.
  public func validate() throws {
    guard let network, !network.isEmpty else {
      throw VitroError(
        .argument, Self.fullName, "NETWORK is missing: the network whose regions to draw",
        hint: "Such as 'vitro circuits regions my-network --box=-1:1'.", details: ["field": "network"])
    }
  }

  /// Cuts, counts and draws.
  public func run(_ run: Run) throws -> Outcome {
    let path = network ?? ""
    let stored = try Network(path)
    let opened = try instance.map { try stored.instance($0) } ?? stored
    try run.read(files: Network.files(at: path), as: path, role: "network")
    return exact ? try look(opened, as: Rational.self) : try look(opened, as: Double.self)
  }

  private func look<Scalar: CuttingScalar>(_ network: Network, as scalar: Scalar.Type) throws -> Outcome {
    var program = try ReLUProgram<Scalar>(network, output: output)
    if let box, slice == nil, network.graph.metadata["inputs"] == nil {
      program = try program.renamed(after: InputBox(box))
    }
    let known = slice == nil ? network.graph.metadata["box"] : nil
    let view = try NetworkView<Scalar>(program, slice: slice, box: box ?? known)
    let name = URL(filePath: self.network ?? "").deletingPathExtension().lastPathComponent
    let picture = try RegionPicture(view, name: name, zeroSet: zeroSet, limit: limit)
    return Outcome(report: try picture.report(), facts: picture.facts)
  }
}
