import Testing
import VitroCore
import VitroLab
import VitroNetworks
import VitroPiecewise
import VitroTensor

@testable import VitroCircuits

@Suite struct GalleryTests {
  @Test(arguments: GalleryCircuit.all) func everyCircuitIsWrittenAndProved(circuit: GalleryCircuit) throws {
    let (network, certificate) = try circuit.written()
    #expect(certificate.isCertified, "\(certificate.statement)")
    let formula = try circuit.formula
    let points = try circuit.points
    let inputs = try Tensor(rows: points.map { $0.map { Double($0) } }).cast(to: .float32)
    let answers = try network(inputs).doubles
    let width = formula.outputs.count
    for (index, point) in points.enumerated() {
      let expected = try formula.values(at: point, box: circuit.box)
      for output in 0..<width {
        #expect(abs(answers[index * width + output] - Double(expected[output])) < 1e-4)
      }
    }
  }

  @Test func namesAreUnique() {
    #expect(Set(GalleryCircuit.all.map(\.id)).count == GalleryCircuit.all.count)
    #expect(throws: VitroError.self) { try GalleryCircuit.named("medan") }
  }

  @Test(arguments: ["median", "sort-two", "add", "clip"])
  func scramblingChangesWeightsButNotTheFunction(id: String) throws {
    let circuit = try GalleryCircuit.named(id)
    let network = try circuit.written().network
    let scrambled = try network.scrambled(seed: 3)
    #expect(
      try scrambled.parameters.value(named: "0.weight").doubles != network.parameters.value(named: "0.weight").doubles)
    let certificate = try ReLUProgram<Rational>(scrambled).certify(
      equals: ReLUProgram<Rational>(network), over: circuit.box, tolerance: 0)
    #expect(certificate.isCertified)
  }

  @Test(arguments: ["abs", "and", "not", "times", "xor", "max"])
  func smallCircuitsAreFoundAndReadBack(id: String) throws {
    let circuit = try GalleryCircuit.named(id)
    let entry = try circuit.entry(seeds: 16, steps: 2000, seed: 0, observer: SilentObserver())
    #expect(entry.trained.solved > 0)
    #expect(entry.written.isCertified && entry.scrambled.isCertified && entry.found.isCertified)
    #expect(entry.found.bound <= entry.found.tolerance)
    try entry.page(of: circuit).validate()
  }

  @Test func bitsAddUp() throws {
    let circuit = try GalleryCircuit.named("add")
    for point in try circuit.points {
      let bits = try circuit.formula.values(at: point)
      #expect(4 * bits[0] + 2 * bits[1] + bits[2] == 2 * point[0] + point[1] + 2 * point[2] + point[3])
    }
  }

  @Test func theOverviewHasASectionForEachCircuit() throws {
    let circuits = try ["or", "times"].map { try GalleryCircuit.named($0) }
    let entries = try circuits.map { try $0.entry(seeds: 3, steps: 50, seed: 0, observer: SilentObserver()) }
    let report = GalleryEntry.overview(entries, of: circuits)
    #expect(report.sections.map(\.id) == ["table", "or", "times"])
    try report.validate()
  }
}
