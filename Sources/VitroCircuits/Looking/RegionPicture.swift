internal import VitroCore
internal import VitroLab
internal import VitroPiecewise

/// The linear regions of a network over a box, with what is said and drawn of them.
struct RegionPicture<Scalar: CuttingScalar>: Sendable {
  let name: String
  let view: NetworkView<Scalar>
  let complex: PolyhedralComplex
  let pieces: LinearPieces
  /// The segments (in space: polygons) where a decision changes: the sign of one output, or which of several is the largest.
  let boundary: [[[Double]]]
  /// The cells of each class, as polygons, where the inputs are a plane and outputs several.
  let classes: [(corners: [[Double]], label: Int)]

  /// More pairs of outputs than these are not told apart.
  private static var mostClasses: Int { 10 }

  init(_ view: NetworkView<Scalar>, name: String, zeroSet: Bool, limit: Int) throws {
    (self.name, self.view) = (name, view)
    let complex = try Scalar.complex(of: view.program, box: view.box, zeroSet: zeroSet, limit: limit)
    self.complex = complex
    pieces = complex.pieces()
    let outputs = view.program.outputs.count
    guard complex.dimension <= 2, outputs <= Self.mostClasses else {
      (boundary, classes) = ([], [])
      return
    }
    var decision = view.program
    let pairs = (0..<outputs).flatMap { first in (first + 1..<max(outputs, first + 1)).map { (first, $0) } }
    if outputs > 1 { decision.outputs = pairs.map { decision.outputs[$0] - decision.outputs[$1] } }
    let cells = try Scalar.complex(of: decision, box: view.box, zeroSet: true, limit: limit)
    func largest(_ point: [Double]) -> Int {
      let values = complex.program(point)
      return values.indices.max { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) } ?? 0
    }
    boundary = decision.outputs.indices.flatMap { output in
      cells.decisionBoundary(of: output).map { $0.vertices.map(cells.vertex) }.filter { corners in
        guard outputs > 1 else { return true }
        let middle = corners[0].indices.map { axis in
          corners.reduce(0) { $0 + $1[axis] } / Double(corners.count)
        }
        let values = complex.program(middle)
        let (top, size) = (values.max() ?? 0, values.reduce(0) { max($0, abs($1)) })
        return values[pairs[output].0] > top - 1e-9 * size
      }
    }
    classes =
      outputs > 1 && complex.dimension == 2
      ? (0..<cells.cellCount).map { (cells.polygon(of: $0).map(cells.vertex), largest(cells.center(of: $0))) } : []
  }

  /// The names of the inputs that are looked at.
  var inputs: [String] { view.box.names }

  /// The ends of an input's interval.
  func interval(_ axis: Int) -> Interval { Interval(Double(view.box.lower[axis]), Double(view.box.upper[axis])) }

  /// What `--json` says.
  var facts: [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "box": .string(view.box.description), "cells": .integer(complex.cellCount),
      "counts": .array(complex.counts.map(JSONValue.integer)), "dimension": .integer(complex.dimension),
      "edges": .integer(complex.counts[1]), "exact": .bool(Scalar.isExact), "patterns": .integer(complex.patternCount),
      "pieces": .integer(pieces.count), "units": .integer(complex.program.units.count),
      "vertices": .integer(complex.vertexCount), "zeroSet": .bool(complex.hasZeroSet),
    ]
    if complex.dimension >= 3 { facts["faces"] = .integer(complex.counts[2]) }
    if let statement = view.statement { facts["slice"] = .string(statement) }
    return facts
  }

  /// More cells than these are not measured one by one.
  private static var mostMeasured: Int { 50_000 }

  /// Cells by size, the largest first; none where there are too many, or inputs.
  func bySize() -> [(cell: Int, size: Double)] {
    guard complex.dimension <= 3, complex.cellCount <= Self.mostMeasured else { return [] }
    return (0..<complex.cellCount).map { ($0, complex.volume(of: $0)) }
      .sorted { $0.1 > $1.1 || ($0.1 == $1.1 && $0.0 < $1.0) }
  }
}

extension AffineMap {
  /// One output's function as text: `0.5·x1 − 2·x2 + 1`.
  func text(output: Int, inputs: [String], format: NumberFormat = .significant(3)) -> String {
    let scale = gradients[output].reduce(abs(constants[output])) { max($0, abs($1)) }
    var text = ""
    func add(_ value: Double, _ name: String) {
      guard abs(value) > scale * 1e-12 else { return }
      let size = format.text(abs(value))
      let sign = value < 0 ? "−" : "+"
      text += text.isEmpty ? (value < 0 ? "−" : "") : " \(sign) "
      text += name.isEmpty ? size : size == "1" ? name : "\(size)·\(name)"
    }
    for (name, slope) in zip(inputs, gradients[output]) { add(slope, name) }
    add(constants[output], "")
    return text.isEmpty ? "0" : text
  }
}
