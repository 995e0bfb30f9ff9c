import Foundation
import Testing
import VitroCore
import VitroFuzzing
import VitroNetworks
import VitroTensor

@testable import VitroData

/// What cannot work is refused before work starts; what lies on disk is not believed.
@Suite struct ActivationRefusalTests {
  private func recorder(
    _ folder: Folder, network: Network? = nil, taps: [String] = Recording.taps, count: Int = 53,
    memoryBudget: Int = 1 << 20, diskBudget: Int? = nil
  ) throws -> ActivationRecorder {
    try ActivationRecorder(
      directory: folder.url("store"), network: network ?? Recording.network(), taps: taps, count: count,
      memoryBudget: memoryBudget, diskBudget: diskBudget)
  }

  @Test func budgetsThatAreTooSmallNameWhatIsNeeded() throws {
    let folder = try Folder()
    let memory = #expect(throws: VitroError.self) {
      try recorder(folder, memoryBudget: 2 * Recording.rowBytes - 1)
    }
    #expect(memory?.code == .memory)
    #expect(memory?.details["expected"] == "at least \(2 * Recording.rowBytes) bytes")
    _ = try recorder(folder, memoryBudget: 2 * Recording.rowBytes)
    let disk = #expect(throws: VitroError.self) { try recorder(folder, diskBudget: 53 * Recording.rowBytes - 1) }
    #expect(disk?.code == .memory)
    for words in ["\(53 * Recording.rowBytes)", "\(53 * Recording.rowBytes - 1)", "bfloat16", "fewer taps"] {
      #expect(disk?.description.contains(words) == true, "\(words)")
    }
    _ = try recorder(folder, diskBudget: 53 * Recording.rowBytes)
    #expect(throws: VitroError.self) { try recorder(folder, count: 1 << 40, memoryBudget: 1 << 10) }
    #expect(throws: VitroError.self) { try recorder(folder, count: 1 << 44, diskBudget: .max) }
    #expect(throws: VitroError.self) { try recorder(folder, count: .max) }
    #expect(throws: VitroError.self) { try recorder(folder, memoryBudget: -1) }
    #expect(!FileManager.default.fileExists(atPath: folder.path("store/activations.json")))
  }

  @Test(arguments: ActivationStore.Precision.allCases)
  func rowsInMemoryStayWithinTheBudget(precision: ActivationStore.Precision) throws {
    let folder = try Folder()
    let network = try Recording.network()
    let source = try Recording.examples(400)
    for shardRows in [1, 9, 150] {
      let budget = 2 * shardRows * Recording.rowBytes + 17
      let recorder = try ActivationRecorder(
        directory: folder.url("\(shardRows)"), network: network, taps: Recording.taps, count: 400,
        precision: precision, memoryBudget: budget)
      var peak = 0
      for start in stride(from: 0, to: 400, by: 32) {
        let batch = try source.batch(Array(start..<min(start + 32, 400)))
        try recorder.append(network.run(batch.inputs, recording: .names(Recording.taps)))
        peak = max(peak, recorder.bufferedBytes)
      }
      #expect(peak <= budget && peak > budget / 2 - 400 * 4)
      #expect(try recorder.finish().count == 400)
    }
  }

  @Test func impossibleRecordingsAreRefused() throws {
    let folder = try Folder()
    let unknown = #expect(throws: VitroError.self) { try recorder(folder, taps: ["relu_1"]) }
    #expect(unknown?.hint == "Did you mean 'relu1'?")
    #expect(throws: VitroError.self) { try recorder(folder, taps: []) }
    #expect(throws: VitroError.self) { try recorder(folder, taps: ["relu1", "relu1"]) }
    #expect(throws: VitroError.self) { try recorder(folder, count: 0) }
    let empty = try Network(.chain("nothing", input: [0], [("flatten", Flatten())]), seed: 0)
    let widthless = #expect(throws: VitroError.self) { try recorder(folder, network: empty, taps: ["input"]) }
    #expect(widthless?.details["found"] == "[0]")
    let many = try Network(Recording.network().graph, instances: 2, seed: 0)
    #expect(throws: VitroError.self) { try recorder(folder, network: many) }
    #expect(throws: VitroError.self) {
      try ActivationStore.record(
        Recording.network(), over: Untouchable(count: 0), at: ["relu1"], in: folder.url("store"))
    }
    #expect(throws: VitroError.self) {
      try ActivationStore.record(
        Recording.network(), over: Recording.examples(3), at: ["relu1"], in: folder.url("store"), batchSize: 0)
    }
    try Data("a file".utf8).write(to: folder.url("file"))
    #expect(throws: VitroError.self) {
      try ActivationStore.record(
        Recording.network(), over: Recording.examples(3), at: ["relu1"], in: folder.url("file"))
    }
    #expect(throws: VitroError.self) { try ActivationStore(folder.url("nowhere")) }
  }

  @Test func rowsMustComeInOrder() throws {
    let folder = try Folder()
    let network = try Recording.network()
    let recorder = try recorder(folder, network: network, count: 20)
    func run(_ count: Int) throws -> Activations {
      try network.run(Recording.examples(count).batch(Array(0..<count)).inputs, recording: .names(Recording.taps))
    }
    #expect(throws: VitroError.self) { try recorder.append(network.run([Tensor.zeros([2, 6])], recording: ["relu1"])) }
    #expect(throws: VitroError.self) { try recorder.append(network.run([Tensor.zeros([0, 6])], recording: .all)) }
    try recorder.append(run(8))
    #expect(throws: VitroError.self) { try recorder.append(run(8), from: 9) }
    #expect(throws: VitroError.self) { try recorder.append(run(8), from: -1) }
    #expect(throws: VitroError.self) { try recorder.append(run(13)) }
    #expect(throws: VitroError.self) { try recorder.finish() }
    try recorder.append(run(8), from: 0)
    #expect(recorder.nextRow == 8)
    try recorder.append(run(18), from: 2)
    #expect(recorder.nextRow == 20)
    let store = try recorder.finish()
    #expect(
      try store.features(at: "input", rows: 8..<20).isIdentical(
        to: Recording.examples(18).inputs[0].slice(axis: 0, 6..<18)))
  }

  @Test func valuesMustBeRealNumbersOfOneLength() throws {
    let folder = try Folder()
    let graph = Graph.chain("tokens", input: [-1], [("embedding", Embedding(9, 4))])
    let network = try Network(graph, seed: 0)
    let recorder = try recorder(folder, network: network, taps: ["embedding"], count: 9)
    try recorder.append(network.run([Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])], recording: .all))
    let longer = #expect(throws: VitroError.self) {
      try recorder.append(network.run([Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])], recording: .all))
    }
    #expect(longer?.code == .shape)
    #expect(longer?.details["found"] == "[3, 4]")
    #expect(longer?.details["expected"] == "[2, 4]")
    let whole = #expect(throws: VitroError.self) {
      try self.recorder(folder, network: network, taps: ["input"], count: 3)
        .append(network.run([Tensor([1, 2, 3], shape: [3, 1])], recording: .all))
    }
    #expect(whole?.code == .dtype && whole?.details["tap"] == "input")
  }

  @Test func damagedBytesAreFound() throws {
    let folder = try Folder()
    let store = try ActivationStore.record(
      Recording.network(), over: Recording.examples(53), at: Recording.taps, in: folder.url("store"),
      memoryBudget: 20 * Recording.rowBytes)
    let path = ActivationIndex.shardPath(3, in: folder.url("store"))
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(filePath: path))
    let error = #expect(throws: VitroError.self) { try store.verify() }
    #expect(error?.details["file"] == path)
    #expect(error?.details["field"]?.hasPrefix("checksum") == true)
    let damaged = ["input", "relu1", "logits"].filter { tap in (try? store.features(at: tap)) == nil }
    #expect(damaged.count == 1)
  }

  @Test func mutatedFilesNeverCrash() throws {
    let folder = try Folder()
    let directory = folder.url("store")
    let (network, source) = (try Recording.network(), try Recording.examples(53))
    _ = try ActivationStore.record(
      network, over: source, at: Recording.taps, in: directory, memoryBudget: 60 * Recording.rowBytes)
    let whole = try Recording.files(in: directory)
    let expected = try network.activations(source, at: ["relu1"])["relu1"]
    var (mutator, refused) = (Mutator(seed: 11), 0)
    for round in 0..<500 {
      let name = round % 2 == 0 ? ActivationIndex.fileName : "activations-0000\(round % 4 / 2).safetensors"
      let bytes = try #require(whole[name])
      let url = directory.appending(path: name)
      try Data(mutator.mutate(bytes)).write(to: url)
      do {
        let store = try ActivationStore(directory)
        for tap in store.values.map(\.tap) { _ = try store.features(at: tap) }
        try store.verify()
      } catch is VitroError {
        refused += 1
      }
      // Going on either refuses, or repairs everything that sizes and headers show.
      do {
        _ = try ActivationRecorder(
          directory: directory, network: network, taps: Recording.taps, count: 53,
          memoryBudget: 60 * Recording.rowBytes)
      } catch is VitroError {}
      try Data(bytes).write(to: url)
    }
    #expect(refused > 400)
    #expect(try expected.map(ActivationStore(directory).features(at: "relu1").isIdentical) == true)
  }
}
