import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroData

/// What comes back from a store is what the network computed.
@Suite struct ActivationStoreTests {
  @Test(arguments: [1, 7, 64], [1, 10, 1000])
  func rowsAreThoseOfTheNetworkToTheBit(batchSize: Int, shardRows: Int) throws {
    let folder = try Folder()
    let (network, source) = (try Recording.network(), try Recording.examples(53))
    let store = try ActivationStore.record(
      network, over: source, at: Recording.taps, in: folder.url("store"),
      memoryBudget: 2 * shardRows * Recording.rowBytes, batchSize: batchSize)
    let expected = try network.activations(source, at: .names(Recording.taps), batchSize: batchSize)
    #expect(store.values.map(\.tap) == ["input", "relu1", "logits"])
    #expect(store.values.map(\.shape) == [[6], [5], [3]])
    #expect(store.count == 53 && store.precision == .float32)
    #expect(try store.network == network.fingerprint())
    let shards = try Recording.files(in: folder.url("store")).keys.filter { $0.hasSuffix(".safetensors") }
    #expect(shards.count == (53 + shardRows - 1) / shardRows)
    let opened = try ActivationStore(folder.url("store"))
    for (tap, values) in expected {
      #expect(try store.features(at: tap).isIdentical(to: values), "\(tap)")
      #expect(
        try opened.features(at: tap, rows: [52, 0, 52, 9]).isIdentical(to: values.gather(Tensor([52, 0, 52, 9]))))
    }
    try opened.verify()
  }

  @Test func halfPrecisionIsTheNearestHalf() throws {
    let folder = try Folder()
    let (network, source) = (try Recording.network(), try Recording.examples(53))
    let store = try ActivationStore.record(
      network, over: source, at: Recording.taps, in: folder.url("store"), precision: .bfloat16,
      memoryBudget: 2 * 10 * Recording.rowBytes / 2, batchSize: 9)
    let expected = try network.activations(source, at: .names(Recording.taps), batchSize: 9)
    #expect(store.byteCount < 53 * Recording.rowBytes / 2 + 6 * 800)
    for (tap, values) in expected {
      let rounded = try values.cast(to: .bfloat16).cast(to: .float32)
      #expect(!rounded.isIdentical(to: values))
      #expect(try store.features(at: tap).isIdentical(to: rounded), "\(tap)")
      #expect(try store.features(at: tap, rows: [20, 19, 3]).isIdentical(to: rounded.gather(Tensor([20, 19, 3]))))
    }
    try store.verify()
  }

  @Test(arguments: ActivationStore.Precision.allCases)
  func rowsComeInAnyOrder(precision: ActivationStore.Precision) throws {
    let folder = try Folder()
    // Rows of 256 bytes: gaps of more than 64 rows are jumped over, runs of 64 rows are read in one go.
    let network = try Network(.chain("wide", input: [64], [("fc1", Linear(64, 64))]), seed: 1)
    let source = try Recording.examples(3000, width: 64)
    let store = try ActivationStore.record(
      network, over: source, at: ["fc1"], in: folder.url("store"), precision: precision,
      memoryBudget: 2 * 700 * 64 * precision.dtype.byteWidth)
    let whole = try store.features(at: "fc1")
    var stream = RandomStream(seed: 0, "order")
    let orders: [[Int]] = [
      [], [2999], Array((0..<3000).reversed()), stream.permutation(3000), Array(stream.permutation(3000).prefix(40)),
      Array(stride(from: 0, to: 3000, by: 100)), Array(stride(from: 0, to: 3000, by: 3)), Array(600..<2200),
      [5, 5, 5, 4, 4, 699, 700, 701, 0], Array(0..<100) + Array(50..<200) + [1400],
    ]
    for order in orders {
      let expected = order.isEmpty ? try Tensor.zeros([0, 64]) : try whole.gather(Tensor(order))
      #expect(try store.features(at: "fc1", rows: order).isIdentical(to: expected), "\(order.prefix(5))")
    }
    #expect(try store.features(at: "fc1", rows: 20..<2999).isIdentical(to: whole.slice(axis: 0, 20..<2999)))
    for wrong in [-1, 3000, .max, .min] {
      #expect(throws: VitroError.self) { try store.features(at: "fc1", rows: [0, wrong]) }
    }
    let unknown = #expect(throws: VitroError.self) { try store.features(at: "fc2") }
    #expect(unknown?.hint == "Did you mean 'fc1'?")
  }

  @Test func blocksCoverAllRowsOnce() throws {
    let folder = try Folder()
    let store = try ActivationStore.record(
      Recording.network(), over: Recording.examples(53), at: ["relu1"], in: folder.url("store"),
      memoryBudget: 2 * 10 * 20)
    let whole = try store.features(at: "relu1")
    for (budget, rows) in [(20, 1), (7 * 20 + 19, 7), (1 << 20, 53)] {
      var (parts, covered): ([Tensor], [Int]) = ([], [])
      try store.forEachBlock(at: "relu1", memoryBudget: budget) { block, positions in
        #expect(block.shape[0] == positions.count && positions.count <= rows)
        parts.append(block)
        covered += Array(positions)
      }
      #expect(covered == Array(0..<53))
      #expect(try Tensor.concatenate(parts).isIdentical(to: whole))
    }
    let order = [40, 2, 3, 52]
    var chosen: [Tensor] = []
    try store.forEachBlock(at: "relu1", rows: order, memoryBudget: 3 * 20) { block, _ in chosen.append(block) }
    #expect(chosen.map { $0.shape[0] } == [3, 1])
    #expect(try Tensor.concatenate(chosen).isIdentical(to: whole.gather(Tensor(order))))
    let small = #expect(throws: VitroError.self) { try store.forEachBlock(at: "relu1", memoryBudget: 19) { _, _ in } }
    #expect(small?.code == .memory)
  }

  @Test func whatIsNotANumberStaysSo() throws {
    let folder = try Folder()
    let bits: [UInt32] = [0x7fc0_0001, 0xffc1_2345, 0x7f80_0000, 0xff80_0000, 0x8000_0000, 0x0000_0001]
    let source = try TensorSource(
      Tensor(bits.map { Float(bitPattern: $0) }, shape: [1, 6]), target: Tensor([0]))
    let exact = try ActivationStore.record(
      Recording.network(), over: source, at: ["input"], in: folder.url("exact"))
    #expect(try exact.features(at: "input").floats.map(\.bitPattern) == bits)
    let half = try ActivationStore.record(
      Recording.network(), over: source, at: ["input"], in: folder.url("half"), precision: .bfloat16)
    let values = try half.features(at: "input").floats
    #expect(values[0].isNaN && values[1].isNaN && values[2] == .infinity && values[3] == -.infinity)
    #expect(values[4] == 0 && values[4].sign == .minus)
  }

  @Test func everyShapeIsARow() throws {
    let folder = try Folder()
    let graph = Graph.chain(
      "images", input: [1, 8, 8], [("conv1", Conv2d(1, 4, window: Window(3, padding: 1))), ("pool1", MaxPool2d(2))])
    let digits = try LabeledData.digits().subset(Array(0..<30))
    let store = try ActivationStore.record(
      Network(graph, dtype: .float64, seed: 0), over: digits, at: ["conv1", "pool1"], in: folder.url("store"))
    #expect(store.values.map(\.shape) == [[4, 8, 8], [4, 4, 4]])
    #expect(store.values.map(\.width) == [256, 64])
    let pool = try Network(graph, dtype: .float64, seed: 0).activations(digits, at: ["pool1"])["pool1"]
    #expect(try store.features(at: "pool1").floats == pool?.cast(to: .float32).floats)
  }
}
