internal import Foundation
internal import VitroCore
public import VitroLab
internal import VitroNetworks

extension ReversalStudy {
  /// Trains the networks, measures them, and reports.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a setting cannot be, or when stopped; what is finished is kept, and a resumed run goes on from it.
  public func run(_ run: Run) throws -> Outcome {
    try validate()
    var readings: [ReversalReading] = []
    for (place, kind) in ReversalNetwork.allCases.enumerated() {
      let stage = "training \(kind.title)"
      let seed = run.seed &+ UInt64(place)
      let files: [String] = try run.stage(stage) { stage in
        let trained = try train(kind, seed: seed, checkpoints: stage.checkpoints.path, observer: stage)
        return try (0..<seeds).map { number in
          let name = "\(kind.rawValue)-\(number)"
          try trained.instance(number).save(to: stage.directory.appending(path: name).path)
          return name
        }
      }
      for (number, name) in files.enumerated() {
        readings.append(
          try run.stage("measuring \(kind.title) \(number + 1)") { stage in
            let network = try Network(run.artifact(name, of: "training \(kind.title)").path)
            // Each network has texts of its own, so that an interval over networks is one over texts too.
            let own = seed &+ UInt64(number) &* 0x9e37_79b9_7f4a_7c15
            return try read(
              kind.words(network), kind, number: number, accuracy: accuracy(network, seed: own), seed: own
            ) { what, done, all in
              try stage.checkpoint("reversal")
              stage.update(ProgressUpdate("\(kind.title) \(number + 1), \(what)", completed: done, of: all))
            }
          })
      }
    }
    let result = ReversalResult(study: self, readings: readings)
    return Outcome(report: try result.report(), facts: try result.facts())
  }
}
