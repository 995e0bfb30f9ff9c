internal import Foundation
internal import VitroCore
internal import VitroFitting
internal import VitroLab
internal import VitroNetworks
internal import VitroTensor

/// How much of the symmetry each kind of network has, built in or learned.
struct ContestSymmetry {
  /// Each kind of network with what the group finds in its first seed's network, trained on most examples.
  let found: [(name: String, analysis: SymmetryAnalysis)]
  let size: Int
  /// Whether random permutations of the points lie outside the group.
  let hasControl: Bool

  private var outputs: [SymmetryAnalysis.Reading] { found.compactMap { $0.analysis.readings.last } }

  var section: ReportSection {
    let group = found.first?.analysis.action.name ?? ""
    var blocks: [ReportBlock] = [
      .text(
        RichText(
          "How far the output of each network changes when its input is moved by \(group), as a share of how far it changes from one example to another; the networks of the first seed, trained on \(size) examples. A dense network can only learn the symmetry."
        )), .figure(errors), .table(table),
    ]
    if let flow = found.first?.analysis.section().blocks.compactMap({ block -> Figure? in
      if case .figure(let figure) = block, case .bars = figure.content { figure } else { nil }
    }).first {
      blocks.append(.figure(flow))
    }
    return ReportSection("How much of the symmetry each has", id: "symmetry", blocks)
  }

  var facts: JSONValue {
    .array(
      zip(found, outputs).map { network, output in
        [
          "network": .string(network.name), "error": output.error.map { .number($0.value) } ?? .null,
          "control": hasControl ? output.control.map { .number($0.value) } ?? .null : .null,
        ]
      })
  }

  private var errors: Figure {
    func values(_ estimate: (SymmetryAnalysis.Reading) -> Estimate?) -> (y: [Double], low: [Double], high: [Double]) {
      let all = outputs.map(estimate)
      return (all.map { $0?.value ?? .nan }, all.map { $0?.low ?? .nan }, all.map { $0?.high ?? .nan })
    }
    let (measured, controls) = (values(\.error), values(\.control))
    return Figure(
      "How far each output is from staying as it is",
      caption:
        RichText(
          "0 is invariant, 1 as different as another example."
            + (hasControl ? " Dashed: random permutations of the points." : "") + " Whiskers: 95 % over examples."),
      .lines(
        LineFigure(
          categories: found.map(\.name), y: Axis("invariance error", format: .significant(2)),
          series: [
            LineSeries("the group", y: measured.y, low: measured.low, high: measured.high)
          ]
            + (hasControl
              ? [
                LineSeries(
                  "random permutations", role: .control, of: "the group", y: controls.y, low: controls.low,
                  high: controls.high)
              ] : []))))
  }

  private var table: Table {
    func cell(_ estimate: Estimate?) -> Table.Cell {
      estimate.map { .number($0.value, Interval($0)) } ?? .missing("the same for all examples")
    }
    return Table(
      columns: [.init("network"), .init("the group", .significant(3))]
        + (hasControl ? [.init("random permutations", .significant(3))] : []),
      rows: zip(found, outputs).map { [.text($0.name), cell($1.error)] + (hasControl ? [cell($1.control)] : []) })
  }
}

extension SampleContest {
  /// Analyses the networks that the stages of a size have left.
  func symmetry(of contenders: [Contender], size: Int, _ run: Run) throws -> ContestSymmetry {
    let action = try task.action()
    let test = try task.test(seeds: 1, seed: run.seed).inputs.select(at: 0)
    let inputs = try test.slice(0..<Swift.min(200, test.shape[0]))
    return ContestSymmetry(
      found: try contenders.map { contender in
        let network = try network(of: contender, size: size, run)
        // Only where the group is known to act: layers of dense networks have units, not points.
        let taps: TapSelection = .names(
          contender.comparison == nil ? network.outputTaps : [network.graph.inputs[0].name, network.graph.outputs[0]])
        let invariant = contender.pooled + network.graph.outputs
        let analysis = try SymmetryAnalysis(
          of: network, inputs: inputs, action: action,
          places: Dictionary(uniqueKeysWithValues: invariant.map { ($0, .invariant) }), taps: taps, seed: run.seed,
          observer: run)
        return (contender.name, analysis)
      }, size: size, hasControl: !task.isSymmetricGroup)
  }

  /// The first seed's network that the stage of a size has left.
  func network(of contender: Contender, size: Int, _ run: Run) throws -> Network {
    try Network(contentsOf: run.artifact(Self.networkFile, of: stageName(contender, size)).path)
  }

  /// What the stage of a training is called.
  func stageName(_ contender: Contender, _ size: Int) -> String { "\(contender.name), \(size) examples" }
}
