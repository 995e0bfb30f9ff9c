import Foundation
import Testing
import VitroCore
import VitroNetworks
import VitroTensor

@testable import VitroData

/// A recording that was interrupted ends with the files of one that was not; another's recording is left alone.
@Suite struct ActivationResumeTests {
  private let budget = 2 * 10 * Recording.rowBytes

  private func record(
    _ directory: URL, source: (any BatchSource)? = nil, observer: any Observer = SilentObserver(), seed: UInt64 = 0,
    taps: [String] = Recording.taps, count: Int = 53, precision: ActivationStore.Precision = .float32,
    identity: String = "examples"
  ) throws -> ActivationStore {
    try ActivationStore.record(
      Recording.network(seed: seed), over: source ?? Recording.examples(count), at: taps, in: directory,
      precision: precision, memoryBudget: budget, batchSize: 7, identity: identity, observer: observer)
  }

  @Test(arguments: 0...7) func interruptedRecordingsGoOn(batches: Int) throws {
    let folder = try Folder()
    _ = try record(folder.url("whole"))
    let error = #expect(throws: VitroError.self) {
      try record(folder.url("parts"), observer: StoppingObserver(after: batches))
    }
    #expect(error?.code == .interrupted)
    let recorder = try ActivationRecorder(
      directory: folder.url("parts"), network: Recording.network(), taps: Recording.taps, count: 53,
      memoryBudget: budget, identity: "examples")
    #expect(recorder.nextRow == batches * 7 / 10 * 10)
    if batches >= 2 { #expect(throws: VitroError.self) { try ActivationStore(folder.url("parts")) } }
    let second = StoppingObserver()
    _ = try record(folder.url("parts"), observer: second)
    #expect(second.updates.first?.completed == recorder.nextRow)
    #expect(try Recording.files(in: folder.url("parts")) == Recording.files(in: folder.url("whole")))
  }

  @Test(arguments: [0, 2, 5]) func damagedShardsAreWrittenAgain(number: Int) throws {
    let folder = try Folder()
    let directory = folder.url("store")
    _ = try record(directory)
    let whole = try Recording.files(in: directory)
    let shard = URL(filePath: ActivationIndex.shardPath(number, in: directory))
    for damage in 0..<3 {
      switch damage {
      case 0: try FileManager.default.removeItem(at: shard)
      case 1: try Data(try Data(contentsOf: shard).dropLast(3)).write(to: shard)
      default:
        try Data(contentsOf: URL(filePath: ActivationIndex.shardPath((number + 1) % 6, in: directory))).write(to: shard)
      }
      let error = #expect(throws: VitroError.self) { try ActivationStore(directory) }
      #expect(error?.details["file"] == shard.path)
      _ = try record(directory)
      #expect(try Recording.files(in: directory) == whole)
    }
  }

  @Test func aFinishedStoreIsNotComputedAgain() throws {
    let folder = try Folder()
    let first = try record(folder.url("store"))
    let observer = StoppingObserver()
    let again = try record(folder.url("store"), source: Untouchable(count: 53), observer: observer)
    #expect(try again.features(at: "relu1").isIdentical(to: first.features(at: "relu1")))
    #expect(observer.updates.map(\.completed) == [53])
  }

  @Test func anotherRecordingIsRefusedAndLeftAlone() throws {
    let folder = try Folder()
    let directory = folder.url("store")
    for isFinished in [false, true] {
      if isFinished {
        _ = try record(directory)
      } else {
        #expect(throws: VitroError.self) { try record(directory, observer: StoppingObserver(after: 4)) }
      }
      let before = try Recording.files(in: directory)
      for (field, attempt) in [
        ("network", { try record(directory, seed: 1) }), ("taps", { try record(directory, taps: ["relu1"]) }),
        ("count", { try record(directory, count: 54) }), ("precision", { try record(directory, precision: .bfloat16) }),
        ("identity", { try record(directory, identity: "others") }),
      ] as [(String, () throws -> ActivationStore)] {
        let error = #expect(throws: VitroError.self) { try attempt() }
        #expect(error?.details["field"] == field)
        #expect(error?.details["found"] != error?.details["expected"])
        #expect(error?.hint?.contains("another directory") == true)
      }
      #expect(try Recording.files(in: directory) == before)
    }
  }

  @Test func shardsOfAnotherRecordingAreNotMixedIn() throws {
    let folder = try Folder()
    let (ours, theirs) = (folder.url("ours"), folder.url("theirs"))
    _ = try record(ours)
    _ = try record(theirs, seed: 1)
    let shard = URL(filePath: ActivationIndex.shardPath(1, in: ours))
    try Data(contentsOf: URL(filePath: ActivationIndex.shardPath(1, in: theirs))).write(to: shard)
    let error = #expect(throws: VitroError.self) { try ActivationStore(ours) }
    #expect(error?.details["field"] == "__metadata__.recording")
    #expect(error?.details["file"] == shard.path)
  }

  @Test func otherBudgetsGoOnToo() throws {
    let folder = try Folder()
    let (network, source) = (try Recording.network(), try Recording.examples(53))
    #expect(throws: VitroError.self) { try record(folder.url("store"), observer: StoppingObserver(after: 4)) }
    for budget in [2 * 4 * Recording.rowBytes, 1 << 20] {
      let directory = folder.url("\(budget)")
      try FileManager.default.copyItem(at: folder.url("store"), to: directory)
      let store = try ActivationStore.record(
        network, over: source, at: Recording.taps, in: directory, memoryBudget: budget, batchSize: 7,
        identity: "examples")
      let expected = try network.activations(source, at: ["relu1"], batchSize: 7)["relu1"]
      #expect(try expected.map(store.features(at: "relu1").isIdentical) == true)
      #expect(store.index.shards.map(\.rows).max() == 10)
    }
  }
}
