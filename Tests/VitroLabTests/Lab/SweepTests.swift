import Foundation
import Testing
import VitroCore
import VitroFitting

@testable import VitroLab

@Suite struct SweepTests {
  @Test func aSweepDoesEveryPointOnceAndComparesThem() throws {
    let place = try TemporaryLab()
    let configuration = RunConfiguration(
      experiment: "dice", fields: ["weight": 0.5], sweep: ["seed": [0, 1, 2], "count": [1, 4]])
    let run = try place.lab.run(configuration, observer: SilentObserver())
    let children = try place.lab.store.runs(ofSweep: run.id)
    #expect(children.map(\.position) == Array(0..<6))
    #expect(children.map { $0.configuration.value(of: "count") } == [1, 1, 1, 4, 4, 4])
    #expect(children.map(\.configuration.seed) == [0, 1, 2, 0, 1, 2])
    #expect(try place.lab.store.runs().map(\.id) == [run.id], "a sweep is one run in the list")
    let report = try place.lab.store.report(of: run.id)
    #expect(
      report.lede?.plainText == "Over 6 runs, sum goes from 1.000 (count 1, seed 0) to 5.000 (count 4, seed 2).",
      "\(report.lede?.plainText ?? "")")
    guard case .lines(let lines) = report.figures[0].content else {
      Issue.record("a numeric field gives lines")
      return
    }
    // (2 count + seed) / 2 over the seeds 0, 1, 2: mean count + 1/2, deviation 1/2, t(2) = 4.3027.
    #expect(lines.series[0].x == [1, 4] && lines.series[0].y == [1.5, 4.5])
    #expect(abs(lines.series[0].high[0] - (1.5 + 4.302_652_73 * 0.5 / 3.0.squareRoot())) < 1e-6)
  }

  @Test func twoNumericFieldsGiveAHeatMap() throws {
    let place = try TemporaryLab()
    let run = try place.lab.run(
      RunConfiguration(experiment: "dice", sweep: ["count": [1, 2, 3], "weight": [0.5, 1, 0]]),
      observer: SilentObserver())
    let report = try place.lab.store.report(of: run.id)
    guard case .heatMap(let map) = report.figures[0].content else {
      Issue.record("two numeric fields give a heat map")
      return
    }
    #expect(map.rows == 3 && map.columns == 3)
    // The largest weight on top, the smallest count first: 2 · count · weight.
    let rows = map.rowTitle == "weight" ? [2.0, 4, 6, 1, 2, 3, 0, 0, 0] : [0, 3, 6, 0, 2, 4, 0, 1, 2]
    #expect(map.values == rows)
  }

  @Test func theMeanHasStudentsInterval() throws {
    let estimate = try Estimate.mean(of: [1, 2, 3, 4])
    // scipy.stats.t.ppf(0.975, 3) = 3.182446305284263
    #expect(abs(estimate.high - (2.5 + 3.182_446_305_284_263 * (5.0 / 3).squareRoot() / 2)) < 1e-9)
    #expect(throws: VitroError.self) { try Estimate.mean(of: [1]) }
    #expect(throws: VitroError.self) { try Estimate.mean(of: [1, .nan]) }
  }

  @Test func runsThatDifferAreCompared() throws {
    let place = try TemporaryLab()
    let runs = try ["cube", "octahedron"].map {
      try place.lab.run(
        RunConfiguration(experiment: "dice", fields: ["shape": .string($0)]), observer: SilentObserver())
    }
    let report = try place.lab.comparison(of: runs.map(\.id))
    #expect(report.sections.map(\.id) == ["runs", "numbers", "series"])
    #expect(throws: VitroError.self) { try place.lab.comparison(of: [runs[0].id]) }
  }
}
