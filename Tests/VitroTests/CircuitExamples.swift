import Foundation
import Testing
import Vitro

/// The samples of the documentation about circuits.
@Suite struct CircuitExamples {
  @Test func formulasAreReadAndEvaluated() throws {
    // docs:formula
    let formula = try Formula("let d = a - b; max(a, b), |d|")
    let values: [Rational] = try formula.values(at: [3, 5])  // [5, 2]
    // docs:end
    #expect(values == [5, 2])
  }

  @Test func formulasBecomeNetworks() throws {
    try withTemporaryFolder { folder in
      // docs:write-formula
      let formula = try Formula("min(a, max(b, 3)) + |a - b|", inputs: ["a", "b"])
      let program = try formula.program()  // 3 ReLU units
      let network = try program.network(named: "formula")
      try network.save(to: "\(folder)/my-network")
      let output = try network(Tensor([1, 7] as [Float], shape: [1, 2])).doubles  // [7]
      // docs:end
      #expect(program.units.count == 3)
      #expect(output == [7])
    }
  }

  @Test func formulasAreWrittenByTheStudy() throws {
    try withTemporaryFolder { folder in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(folder)/store")), registry: .standard)
      // docs:write-study
      var study = WriteStudy()
      (study.expression, study.inputs) = ("min(a, b)", ["a", "b"])
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["units"] == 3)
    }
  }

  @Test func networksAreEvaluatedByTheStudy() throws {
    try withTemporaryFolder { place in
      let lab = Lab(store: try RunStore(directory: URL(filePath: "\(place)/store")), registry: .standard)
      let folder = place + "/network"
      try Formula("a + 2*b").program().network(named: "sum").save(to: folder)
      // docs:eval-study
      var study = EvalStudy()
      (study.network, study.inputs) = (folder, [[1, 2], [3, 4]])
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["outputs"] == [[5], [11]])
    }
  }
}
