import CVitroKernels
import Foundation
import Synchronization
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroSymmetry

@Suite(.serialized) struct CompositionTrainingTests {
  private func short(seeds: Int = 3) -> CompositionTraining {
    CompositionTraining(TestGroups.dihedral(5), embed: 8, hidden: 24, epochs: 250, seeds: seeds, seed: 3)
  }

  /// Stops after a number of looks.
  private final class Stopper: Observer {
    let looks = Atomic<Int>(0)
    let limit: Int
    init(after limit: Int) { self.limit = limit }
    func update(_ progress: ProgressUpdate) { looks.add(1, ordering: .relaxed) }
    var shouldStop: Bool { looks.load(ordering: .relaxed) >= limit }
  }

  @Test func aSeedsBitsDependNeitherOnThreadsNorOnOtherSeeds() throws {
    let threads = vitro_thread_count()
    defer { vitro_set_thread_count(threads) }
    vitro_set_thread_count(1)
    let alone = try short().train()
    vitro_set_thread_count(3)
    let together = try short().train()
    let first = try short(seeds: 1).train()
    for (left, right) in zip(alone.seeds, together.seeds) {
      #expect(left.network == right.network)
      #expect(left.looks == right.looks)
    }
    #expect(alone.seeds[0].network == first.seeds[0].network)
    #expect(alone.seeds[0].network != alone.seeds[1].network)
  }

  @Test func anInterruptedTrainingGoesOnToTheSameBits() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "composition-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = try short().train()
    let error = #expect(throws: VitroError.self) {
      try short().train(checkpoints: folder, observer: Stopper(after: 2))
    }
    #expect(error?.code == .interrupted)
    let watcher = Stopper(after: 100)
    let resumed = try short().train(checkpoints: folder, observer: watcher)
    #expect(watcher.looks.load(ordering: .relaxed) == 1)
    for (left, right) in zip(whole.seeds, resumed.seeds) {
      #expect(left.network == right.network && left.looks == right.looks)
      #expect(left.snapshots.map(\.epoch) == right.snapshots.map(\.epoch))
      #expect(left.snapshots.map(\.network) == right.snapshots.map(\.network))
    }
    #expect(whole.seeds[0].looks.map(\.epoch) == [100, 200, 250])
  }

  /// Stops when it is asked for the fourth time.
  private final class Impatient: Observer {
    let asked = Atomic<Int>(0)
    func update(_ progress: ProgressUpdate) {}
    var shouldStop: Bool { asked.add(1, ordering: .relaxed).newValue >= 4 }
  }

  @Test func aLongStretchIsStoppedBetweenLooksAndGoesOnToTheSameBits() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "composition-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let training = CompositionTraining(
      TestGroups.cyclic(31), embed: 512, hidden: 512, epochs: 600, seeds: 1, interval: 600, seed: 1)
    #expect(training.epochsOfPiece < 200)
    let error = #expect(throws: VitroError.self) { try training.train(checkpoints: folder, observer: Impatient()) }
    #expect(error?.message == "stopped after \(2 * training.epochsOfPiece) of at most 600 epochs")
    let (resumed, whole) = (try training.train(checkpoints: folder), try training.train())
    #expect(resumed.seeds[0].network == whole.seeds[0].network && resumed.seeds[0].looks == whole.seeds[0].looks)
  }

  @Test func aDamagedCheckpointIsRefused() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "composition-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: VitroError.self) { try short().train(checkpoints: folder, observer: Stopper(after: 1)) }
    let path = folder.appending(path: "checkpoint.safetensors").path
    let file = try SafetensorsFile(path)
    for (name, value) in [("0.epochs", -5), ("0.epochs", 1 << 40), ("0.looks", 7), ("0.parameters", 7)] {
      let arrays = try file.names.map { other in
        var tensor = Tensor(try file.array(named: other))
        if other == name {
          tensor = try Tensor(Array(repeating: value, count: name == "0.epochs" ? tensor.shape[0] : 3))
        }
        return (other, tensor.raw)
      }
      try Safetensors.write(arrays, metadata: file.metadata, to: path)
      #expect(throws: VitroError.self) { try short().train(checkpoints: folder) }
    }
  }

  @Test func aCheckpointOfAnotherTrainingIsLeftAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "composition-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: VitroError.self) { try short().train(checkpoints: folder, observer: Stopper(after: 1)) }
    var other = short()
    other.decay = 0.5
    let watcher = Stopper(after: 100)
    _ = try other.train(checkpoints: folder, observer: watcher)
    #expect(watcher.looks.load(ordering: .relaxed) == 3)
  }

  @Test func settingsThatCannotWorkAreRefused() {
    for change: (inout CompositionTraining) -> Void in [
      { $0.fraction = 1 }, { $0.fraction = 0 }, { $0.fraction = .nan }, { $0.rate = .infinity }, { $0.embed = 0 },
      { $0.hidden = 5000 },
      {
        $0.epochs = 1_000_000; $0.interval = 1
      }, { $0.seeds = 0 }, { $0.interval = 0 }, { $0.epochs = 0 }, { $0.decay = -1 },
    ] {
      var training = short()
      change(&training)
      #expect(throws: VitroError.self) { try training.train() }
    }
  }

  @Test func aRateThatIsTooHighIsToldAsDivergence() {
    var training = short()
    (training.rate, training.decay) = (1e30, 0)
    let error = #expect(throws: VitroError.self) { try training.train() }
    #expect(error?.code == .numerical)
  }

  @Test func defaultsFollowTheOrder() {
    #expect(CompositionTraining(TestGroups.cyclic(31), seed: 0).fraction == 0.7)
    #expect(CompositionTraining(TestGroups.cyclic(59), seed: 0).fraction == 0.5)
    #expect(CompositionTraining.fraction(order: 5) == 0.8)
    #expect(CompositionTraining.fraction(order: 113) == 0.3 && CompositionTraining.fraction(order: 120) == 0.3)
    #expect((0.5...0.7).contains(CompositionTraining.fraction(order: 40)))
  }

  @Test func snapshotsThinOut() {
    var snapshots = Snapshots()
    for look in 0...200 { snapshots.add([Float(look)], epoch: 100 * look, look: look) }
    #expect(snapshots.epochs.count <= Snapshots.most && snapshots.epochs.count > Snapshots.most / 2)
    #expect(snapshots.epochs.first == 0)
    #expect(Set(zip(snapshots.epochs, snapshots.epochs.dropFirst()).map { $1 - $0 }).count == 1)
    #expect(snapshots.numbers.map { Int($0[0]) * 100 } == snapshots.epochs)
  }
}
