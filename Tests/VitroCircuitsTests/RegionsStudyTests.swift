import Foundation
import Testing
import VitroCircuits
import VitroCore
import VitroData
import VitroFormats
import VitroLab
import VitroNetworks
import VitroTensor

@Suite struct RegionsStudyTests {
  /// Writes a chain of linear layers with random weights, and looks at it.
  private func look(
    _ widths: [Int], seed: UInt64 = 1, dtype: DType = .float32, _ change: (inout RegionsStudy) -> Void = { _ in }
  ) throws -> (facts: [String: JSONValue], report: Report) {
    let place = FileManager.default.temporaryDirectory.appending(path: "vitro-regions-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    var stream = RandomStream(seed: seed, "weights")
    var arrays: [(String, RawArray)] = []
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      let bound = 1 / Double(inputs).squareRoot()
      arrays.append(("\(index).weight", try stream.uniform([outputs, inputs], low: -bound, high: bound).raw))
      arrays.append(("\(index).bias", try stream.uniform([outputs], low: -bound, high: bound).raw))
    }
    try Safetensors.write(arrays.map { (name: $0.0, array: $0.1) }, to: "\(place.path)/net.safetensors")
    var study = RegionsStudy()
    study.network = "\(place.path)/net.safetensors"
    change(&study)
    let lab = try Lab(
      store: RunStore(directory: place.appending(path: "store")), registry: ExperimentRegistry([RegionsStudy.self]))
    let record = try lab.run(RunConfiguration(study), observer: SilentObserver())
    let report = try Report(directory: lab.store.directory(of: record.id).appending(path: "report"))
    try report.validate()
    if let keep = ProcessInfo.processInfo.environment["KEEP"] {
      let name = widths.map(String.init).joined(separator: "-") + (study.slice == nil ? "" : "-slice")
      try report.write(to: URL(filePath: "\(keep)/\(name)"))
    }
    return (try lab.store.facts(of: record.id), report)
  }

  @Test func aPlaneIsDrawnAndCounted() throws {
    let (facts, report) = try look([2, 12, 12, 1])
    guard case .integer(let vertices) = facts["vertices"], case .integer(let edges) = facts["edges"],
      case .integer(let cells) = facts["cells"], case .integer(let pieces) = facts["pieces"]
    else {
      Issue.record("\(facts)")
      return
    }
    #expect(vertices - edges + cells == 1)
    #expect(pieces <= cells)
    #expect(facts["patterns"] == .integer(cells))
    #expect(facts["dimension"] == .integer(2))
    #expect(facts["box"] == .string("x1=-1:1,x2=-1:1"))
    guard case .plane(let map) = report.figures[0].content, case .plane(let glass) = report.figures[1].content else {
      Issue.record("the regions are planes")
      return
    }
    #expect(map.regions.count == cells)
    #expect(glass.regions.count == cells && glass.regions.allSatisfy { $0.color != nil })
    let (cut, _) = try look([2, 12, 12, 1]) { $0.zeroSet = true }
    #expect(cut["patterns"] == facts["patterns"])
    let (fractions, _) = try look([2, 12, 12, 1]) { $0.exact = true }
    #expect(fractions["counts"] == facts["counts"])
  }

  @Test func classesAreDrawnExactly() throws {
    let (facts, report) = try look([2, 16, 16, 3], seed: 5) { $0.box = "-3:3" }
    guard case .plane(let map) = report.figures[0].content else {
      Issue.record("the regions are planes")
      return
    }
    #expect(map.color?.categories == ["1", "2", "3"])
    #expect(Set(map.regions.compactMap(\.color)).isSubset(of: [0, 1, 2]))
    #expect(facts["cells"] != nil)
  }

  @Test func oneInputIsDrawnAsItsFunction() throws {
    let (facts, report) = try look([1, 8, 8, 1]) { $0.box = "x=-2:2" }
    guard case .lines(let lines) = report.figures[0].content, case .integer(let vertices) = facts["vertices"] else {
      Issue.record("the function is lines")
      return
    }
    #expect(lines.series[0].x.count == vertices)
    #expect(lines.series[0].x.first == -2 && lines.series[0].x.last == 2)
    #expect(lines.series[0].x == lines.series[0].x.sorted())
  }

  @Test func spaceIsCountedAndThreePlanesAreDrawn() throws {
    let (facts, report) = try look([3, 8, 8, 1])
    #expect(facts["faces"] != nil)
    #expect(report.figures.count == 3)
    #expect(facts["dimension"] == .integer(3))
  }

  @Test func slicesOfManyInputsAreStated() throws {
    let (facts, _) = try look([20, 16, 16, 1]) { $0.slice = "x3,x7" }
    #expect(facts["dimension"] == .integer(2))
    #expect(facts["box"] == .string("x3=-1:1,x7=-1:1"))
    guard case .string(let statement) = facts["slice"] else {
      Issue.record("the slice is stated")
      return
    }
    #expect(statement.contains("12 more inputs"))
    let (line, _) = try look([3, 6, 1]) { $0.slice = "0,0,0;1,1,1" }
    #expect(line["dimension"] == .integer(1))
    #expect(line["box"] == .string("t=-0.5:1.5"))
    let (plane, _) = try look([3, 6, 1]) { ($0.slice, $0.box) = ("0,0,0; 1,0.5,0; 0,0,1/3", "t1=0:1,t2=0:2") }
    #expect(plane["box"] == .string("t1=0:1,t2=0:2"))
    let (partly, _) = try look([4, 6, 1]) { ($0.slice, $0.box) = ("x1,x2", "x1=0:1,x2=0:2") }
    #expect(partly["box"] == .string("x1=0:1,x2=0:2"))
  }

  @Test func whatCannotBeLookedAtIsRefusedWithTheReason() throws {
    func refusal(_ widths: [Int], _ change: @escaping (inout RegionsStudy) -> Void) -> VitroError? {
      #expect(throws: VitroError.self) { _ = try look(widths, change) }
    }
    let many = refusal([784, 8, 1]) { _ in }
    #expect(many?.code == .unsupported)
    #expect(many?.message.contains("784 inputs") ?? false)
    #expect(many?.hint?.contains("--slice x1,x2") ?? false)
    #expect(refusal([2, 4, 1]) { $0.network = nil }?.message.contains("NETWORK") ?? false)
    #expect(refusal([3, 4, 1]) { $0.slice = "x1,x9" }?.message.contains("x9") ?? false)
    #expect(refusal([3, 4, 1]) { $0.slice = "0,0;1,1" }?.code == .shape)
    #expect(refusal([3, 4, 1]) { $0.slice = "0,0,0" }?.code == .argument)
    #expect(refusal([3, 4, 1]) { $0.slice = "0,0,0;a,b,c" }?.code == .argument)
    #expect(refusal([3, 4, 1]) { $0.box = "x1=0:1" }?.code == .argument)
    #expect(refusal([2, 30, 30, 1]) { $0.limit = 100 }?.code == .unsupported)
    #expect(refusal([2, 4, 1]) { $0.output = "nowhere" }?.message.contains("nowhere") ?? false)
  }
}
