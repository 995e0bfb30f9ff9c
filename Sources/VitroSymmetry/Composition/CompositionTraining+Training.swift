public import Foundation
public import VitroCore
internal import VitroFitting

/// What a training of composition networks came to.
public struct CompositionTrainingResult: Sendable {
  /// Each network.
  public var seeds: [Seed]

  /// One network of many.
  public struct Seed: Sendable {
    /// What was seen on the way; the last look is the end.
    public var looks: [CompositionLook]
    /// The first look with more than 99 % of the training pairs right.
    public var memorised: Int?
    /// The first look with more than 99 % of the other pairs right.
    public var grokked: Int?
    /// The network at the end.
    public var network: CompositionNetwork
    /// The network on its way, by epoch.
    public var snapshots: [(epoch: Int, network: CompositionNetwork)]
  }
}

extension CompositionTraining {
  /// Trains all networks.
  ///
  /// Networks are divided among the threads; the bits of each depend on its own number and the seed, not on how many there are.
  ///
  /// - Parameters:
  ///   - name: What the progress is called.
  ///   - checkpoints: Where an interrupted training goes on from, to the same bits.
  ///   - observer: Who watches, and may stop it.
  /// - Throws: ``/VitroCore/VitroError``: `argument` for settings that cannot work, `interrupted`, `numerical` when every network diverges,
  ///   `memory`.
  /// - Complexity: O(epochs · seeds · (pairs · N · hidden + N · embed · hidden)).
  public func train(
    _ name: String = "training", checkpoints: URL? = nil, observer: any Observer = SilentObserver()
  ) throws -> CompositionTrainingResult {
    try validate()
    let keeper = try checkpoints.map { try CompositionCheckpoint(directory: $0, training: self) }
    var states = try keeper?.read() ?? (0..<seeds).map { try CompositionTrainingState(self, index: $0) }
    let pairs = (0..<seeds).map { index in
      let split = split(index)
      return (
        training: CompositionPairs(task, numbers: split.training), test: CompositionPairs(task, numbers: split.test)
      )
    }
    var kept = ContinuousClock.now
    while true {
      let working = states.indices.filter { !states[$0].isDone(self) }
      if working.isEmpty { break }
      if observer.shouldStop {
        observer.flushRecords()
        try keeper?.write(states)
        throw VitroError(
          .interrupted, name, "stopped after \(states.map(\.epoch).max() ?? 0) of at most \(epochs) epochs")
      }
      let advanced = try inParallel(working.count) { place in
        var state = states[working[place]]
        try state.advance(self, pairs[state.index], observer: observer)
        return state
      }
      for state in advanced {
        states[state.index] = state
        guard let look = state.looks.last, look.epoch == state.epoch, state.index < 10 else { continue }
        observer.record("test accuracy \(state.index)", at: look.epoch, look.testAccuracy)
        observer.record("test loss \(state.index)", at: look.epoch, look.testLoss)
        observer.record("training loss \(state.index)", at: look.epoch, look.trainingLoss)
      }
      if !observer.shouldStop { observer.update(progress(name, states)) }
      if let keeper, kept.duration(to: .now) >= .seconds(20) {
        observer.flushRecords()
        try keeper.write(states)
        kept = .now
      }
    }
    guard states.contains(where: { !$0.hasDiverged }) else {
      throw VitroError(
        .numerical, name, "the loss of every network is no longer a number", hint: "Lower the learning rate.")
    }
    return CompositionTrainingResult(
      seeds: try states.map { state in
        .init(
          looks: state.looks, memorised: state.memorised, grokked: state.grokked,
          network: try CompositionNetwork(self, folded: state.folded(self)),
          snapshots: try zip(state.snapshots.epochs, state.snapshots.numbers).map {
            ($0, try CompositionNetwork(self, folded: $1))
          })
      })
  }

  private func progress(_ name: String, _ states: [CompositionTrainingState]) -> ProgressUpdate {
    let grokked = states.count { $0.grokked != nil }
    let accuracies = states.compactMap { $0.looks.last?.testAccuracy }
    let mean = accuracies.reduce(0, +) / Double(max(accuracies.count, 1))
    return ProgressUpdate(
      name, completed: states.map { $0.isDone(self) ? epochs : $0.epoch }.reduce(0, +), of: epochs * seeds,
      detail: "test accuracy \((mean * 1000).rounded() / 10) %, \(grokked) of \(seeds) grokked")
  }
}
