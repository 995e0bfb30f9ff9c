import Foundation
import Testing
import VitroTensor

@testable import VitroNetworks

@Suite struct BatchPlanTests {
  private let keys = [3, 1, 3, 3, 1, 2, 3]

  @Test func onlyExamplesOfOneKeyRunTogetherAndNoneIsLost() {
    let order = [6, 5, 4, 3, 2, 1, 0]
    let plan = BatchPlan(order, keys: keys, size: 2, dropLast: false)
    #expect(plan.batches == [[6, 3], [5], [4, 1], [2, 0]])
    #expect(plan.batches.count == BatchPlan.count(keys, size: 2, dropLast: false))
    let full = BatchPlan(order, keys: keys, size: 2, dropLast: true)
    #expect(full.batches == [[6, 3], [4, 1], [2, 0]] && BatchPlan.count(keys, size: 2, dropLast: true) == 3)
  }

  @Test func examplesInOrderAreCutWhereTheKeyChanges() {
    var (start, cuts): (Int, [Int]) = (0, [])
    while start < keys.count {
      start = BatchPlan.end(from: start, count: keys.count, keys: keys, size: 2)
      cuts.append(start)
    }
    #expect(cuts == [1, 2, 4, 5, 6, 7])
    #expect(BatchPlan.end(from: 2, count: 7, keys: nil, size: 4) == 6)
  }

  /// Numbers in rows of different lengths, of which the sum is to be told.
  private struct Ragged: BatchSource {
    let rows: [[Float]]
    var count: Int { rows.count }
    var batchKeys: [Int]? { rows.map(\.count) }

    func batch(_ indices: [Int]) throws -> Batch {
      try Batch(
        Tensor(rows: indices.map { rows[$0] }).expandingAxis(-1),
        target: Tensor(rows: indices.map { [rows[$0].reduce(0, +) / Float(rows[$0].count)] }))
    }
  }

  @Test func aTrainingThatIsInterruptedGoesOnWithTheSameBatches() throws {
    let rows = (0..<23).map { row in (0...(row % 4)).map { Float($0 + row) / 20 } }
    let graph = Graph.chain("mean", input: [-1, 1], [("mean", Mean(axes: [0])), ("linear", Linear(1, 1))])
    func train(_ network: inout Network, epochs: Int, _ checkpoints: String?) throws {
      let settings = TrainingSettings(
        .epochs(epochs), batchSize: 3, optimizer: .adam(rate: 1e-2), loss: .meanSquaredError, seed: 5,
        checkpoint: .steps(2))
      try Trainer(settings).train(&network, on: Ragged(rows: rows), checkpoints: checkpoints)
    }
    var whole = try Network(graph, seed: 1)
    try train(&whole, epochs: 30, nil)
    let directory = FileManager.default.temporaryDirectory.appending(path: "vitro-batches-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    var parted = try Network(graph, seed: 1)
    try train(&parted, epochs: 11, directory.path)
    try train(&parted, epochs: 30, directory.path)
    #expect(try parted.parameters.trainable.doubles == whole.parameters.trainable.doubles)
    let metrics = try whole.evaluate(Ragged(rows: rows), loss: .meanSquaredError)
    #expect(metrics.loss[0] < 1e-2)
  }
}
