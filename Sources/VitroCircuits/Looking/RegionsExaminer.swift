public import VitroCore
internal import VitroData
public import VitroLab
internal import VitroNetworks
internal import VitroPiecewise
internal import VitroTensor

/// The linear regions of a network of ReLUs where its data lie: a section of `vitro examine`.
///
/// With up to three inputs all of the data's range is cut; with more, the plane through the means of three classes.
public struct RegionsExaminer: Examiner {
  /// `regions`.
  public let id = "regions"
  /// More units than these take too long for a quick look.
  private static let mostUnits = 2048
  /// The cells, vertices and edges of a quick look.
  private static let mostCells = 400_000

  /// Creates the examiner.
  public init() {}

  /// Where the network is a sum of ReLUs, of three inputs or fewer, or of three classes or more.
  public func applies(to subject: Subject) -> Bool {
    let graph = subject.network.graph
    let kinds = Set(graph.nodes.map { type(of: $0.layer).kind })
    let readable = ["linear", "activation", "add", "concatenate", "scale", "flatten", "reshape", "dropout"]
    guard kinds.isSubset(of: readable), let input = graph.inputs.first else { return false }
    let width = input.shape.reduce(1, *)
    guard width <= 3 || Set(subject.data.labels).count >= 3 else { return false }
    return (try? ReLUProgram<Double>(subject.network)).map { (1...Self.mostUnits).contains($0.units.count) } ?? false
  }

  /// Cuts and draws.
  public func examine(_ subject: Subject, observer: any Observer) throws -> Finding {
    try observer.checkpoint("cutting into linear regions")
    let program = try ReLUProgram<Double>(subject.network)
    let view = try view(of: program, subject)
    let picture: RegionPicture<Double>
    do {
      picture = try RegionPicture(
        view, name: subject.network.graph.name, zeroSet: false, limit: Self.mostCells)
    } catch let error as VitroError where error.code == .unsupported || error.code == .numerical {
      return Finding(section: ReportSection("Linear regions", id: id, [.note(.remark, RichText(plain: error.message))]))
    }
    let what =
      view.statement.map { "\($0): \(view.box.description)." } ?? "Over the range of the data, \(view.box.description)."
    let blocks: [ReportBlock] =
      [
        .text(
          RichText(
            RichText(plain: what).source
              + " The network is **\(picture.pieces.count)** affine functions on **\(picture.complex.cellCount)** cells, found by cutting "
              + "with each of its \(program.units.count) units; nothing is sampled."))
      ] + (try picture.figures().prefix(2).map(ReportBlock.figure))
    return Finding(
      section: ReportSection("Linear regions", id: id, blocks), facts: ["regions": .object(picture.facts)])
  }

  private func view(of program: ReLUProgram<Double>, _ subject: Subject) throws -> NetworkView<Double> {
    let inputs = program.inputs
    let rows = try subject.data.inputs.reshaped([subject.data.inputs.shape[0], inputs.count]).cast(to: .float64)
    if inputs.count <= 3 {
      let (low, high) = (try rows.min(axes: [0]).doubles, try rows.max(axes: [0]).doubles)
      var box = InputBox(inputs, 0, 1)
      for axis in inputs.indices where low[axis].isFinite && high[axis].isFinite && low[axis] < high[axis] {
        box.lower[axis] = Rational(weight: low[axis])
        box.upper[axis] = Rational(weight: high[axis])
      }
      return NetworkView(program: program, box: box, statement: nil)
    }
    let classes = Set(subject.data.labels).sorted().prefix(3)
    let means = try classes.map { label in
      let members = subject.data.labels.indices.filter { subject.data.labels[$0] == label }
      return try rows.gather(Tensor(members)).mean(axes: [0]).doubles
    }
    let names = classes.map { subject.data.classNames[$0] }
    return NetworkView(
      program: try program.sliced(through: means),
      box: InputBox(["t1", "t2"], Rational(-1, over: 2), Rational(3, over: 2)),
      statement:
        "The plane through the means of the classes \(names[0]), \(names[1]) and \(names[2]), which stand at (0, 0), (1, 0) and (0, 1)"
    )
  }
}
