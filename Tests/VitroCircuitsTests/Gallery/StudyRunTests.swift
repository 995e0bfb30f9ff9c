import Foundation
import Testing
import VitroCore
import VitroLab

@testable import VitroCircuits

/// The study of parity as an experiment, small enough for a test.
private struct SmallParity: Experiment {
  static let name = "small-parity"
  static let abstract = "Trains a few networks on parity."
  static let fields: [Field<Self>] = []

  func run(_ run: Run) throws -> Outcome { try ParityStudy(bits: 2, seeds: 4, steps: 30).run(run) }
}

@Suite struct StudyRunTests {
  private func withLab(_ body: (Lab) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "vitro-gallery-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(
      Lab(
        store: try RunStore(directory: directory), registry: ExperimentRegistry([GalleryStudy.self, SmallParity.self]))
    )
  }

  @Test func oneCircuitIsAPageWithFacts() throws {
    try withLab { lab in
      let run = try lab.run(
        RunConfiguration(
          experiment: GalleryStudy.fullName, fields: ["circuit": "clip", "seeds": 6, "steps": 200]),
        observer: SilentObserver())
      #expect(run.state == .finished)
      let facts = try lab.store.facts(of: run.id)
      guard case .array(let circuits) = facts["circuits"], case .object(let clip) = circuits.first else {
        Issue.record("no circuits in \(String(describing: facts))")
        return
      }
      #expect(clip["name"] == "clip")
      #expect(Set(clip.keys) == ["name", "formula", "written", "trained", "readWritten", "read"])
      guard case .object(let written) = clip["written"], case .object(let read) = clip["readWritten"] else {
        Issue.record("no facts of the written network")
        return
      }
      #expect(written["certified"] == true && written["units"] == 2)
      #expect(read["certified"] == true && read["formula"] == "clip(x, -1, 1)")
    }
  }

  @Test func unknownCircuitsAreRefusedBeforeAnyWork() throws {
    try withLab { lab in
      #expect(throws: VitroError.self) {
        try lab.run(
          RunConfiguration(experiment: GalleryStudy.fullName, fields: ["circuit": "medan"]),
          observer: SilentObserver())
      }
    }
  }

  @Test func parityRunsInStages() throws {
    try withLab { lab in
      let run = try lab.run(RunConfiguration(SmallParity()), observer: SilentObserver())
      #expect(run.state == .finished)
      #expect(try lab.store.stages(of: run.id).count == 17)
      guard case .array(let claims) = try lab.store.facts(of: run.id)["claims"] else {
        Issue.record("no claims")
        return
      }
      #expect(claims.count >= 5)
    }
  }
}
