internal import Foundation
internal import VitroCore
internal import VitroNetworks

extension Trainer {
  /// Trains pass by pass, with the network to look at after each.
  ///
  /// It is one training: each pass goes on from the checkpoint of the last, with the optimizer's state and the order of batches that it left.
  ///
  /// - Parameters:
  ///   - network: What learns.
  ///   - source: What to learn from.
  ///   - validation: Examples to measure after each pass.
  ///   - epochs: The most passes.
  ///   - observer: Who watches, and may stop it.
  ///   - body: Is given the number of passes done and the network, and says whether to go on.
  /// - Returns: What the last pass came to; nothing without passes.
  @discardableResult
  func train(
    _ network: inout Network, on source: some BatchSource, validation: (any BatchSource)? = nil, passes epochs: Int,
    observer: any TrainingObserver, _ body: (_ epoch: Int, _ network: Network) throws -> Bool
  ) throws -> TrainingResult? {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-passes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: place) }
    var trainer = self
    var result: TrainingResult?
    for epoch in 0..<epochs {
      trainer.settings.duration = .epochs(epoch + 1)
      let pass = try trainer.train(
        &network, on: source, validation: validation, checkpoints: place.path, observer: observer)
      result = pass
      guard pass.state != .interrupted, try body(epoch + 1, network) else { break }
    }
    return result
  }
}
