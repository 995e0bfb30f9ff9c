internal import CVitroKernels
internal import VitroTensor

/// A small network as the lane kernels see it: operations on rows, of which each holds one number of many instances.
///
/// Values that a concatenation joins are computed where they are joined, so that it costs nothing; slopes that several
/// readers contribute to are summed from 0.
struct LaneNetwork: Sendable {
  /// In running order.
  let operations: [vitro_lane_operation]
  let valueRows: Int
  let input: Range<Int>
  let output: Range<Int>
  /// Values whose slopes several operations contribute to.
  let summed: [Range<Int>]
  /// For each parameter its rows, in the order of ``Parameters/entries``.
  let parameters: [Range<Int>]

  var parameterRows: Int { parameters.last?.upperBound ?? 0 }

  /// Returns `nil` for a network that the kernels do not know how to run.
  ///
  /// They know chains, skips and residuals of ``Linear``, ``Activation``, ``Scale``, ``Concatenate`` and ``Add`` with one
  /// input and one output, both vectors.
  init?(_ plan: Plan) {
    guard plan.inputCount == 1, plan.outputs.count == 1, plan.parameters.allSatisfy(\.spec.isTrainable) else {
      return nil
    }
    var rows = 0
    var parameters: [Range<Int>] = []
    for entry in plan.parameters {
      let count = entry.spec.shape.elementCount
      guard count < Self.mostCompiledRows else { return nil }
      parameters.append(rows..<rows + count)
      rows += count
    }
    guard rows > 0, rows < Self.mostCompiledRows else { return nil }
    guard var compiler = LaneCompiler(plan, parameters: parameters), compiler.compile() else { return nil }
    operations = compiler.operations
    valueRows = compiler.valueRows
    input = compiler.rows(of: 0)
    output = compiler.rows(of: plan.outputs[0])
    summed = compiler.summed
    self.parameters = parameters
  }

  private static let mostCompiledRows = 1 << 20
}

extension Range<Int> {
  var laneRows: vitro_lane_rows { vitro_lane_rows(first: Int32(lowerBound), count: Int32(count), decays: true) }
}
