import Foundation
import Testing
import Vitro

/// The samples of linear regions.
@Suite struct RegionExamples {
  @Test func complexes() throws {
    // docs:PolyhedralComplex
    var distance = ReLUProgram<Double>(inputs: ["a", "b"])
    let difference = AffineForm<Double>(source: 0) - AffineForm(source: 1)
    distance.outputs = [distance.addReLU(of: difference) + distance.addReLU(of: difference * -1)]
    let complex = try PolyhedralComplex(distance, box: InputBox("a=-1:1,b=-1:1"))
    print(complex.counts)  // [4, 5, 2]: |a − b| folds the square along its diagonal
    // docs:end
    #expect(complex.counts == [4, 5, 2])
    // docs:regions
    let slopes = (0..<complex.cellCount).map { complex.affineMap(of: $0).gradients[0] }  // [1, −1], [−1, 1]
    let home = complex.cell(containing: [0.5, 0.25])
    let pieces = complex.pieces().count  // 2
    // docs:end
    #expect(Set(slopes) == [[1, -1], [-1, 1]] && home == slopes.firstIndex(of: [1, -1]) && pieces == 2)
  }

  @Test func study() throws {
    try withTemporaryFolder { folder in
      var stream = RandomStream(seed: 0, "weights")
      try Safetensors.write(
        [
          ("0.weight", stream.uniform([4, 2], low: -1, high: 1).raw),
          ("0.bias", stream.uniform([4], low: -1, high: 1).raw),
          ("1.weight", stream.uniform([1, 4], low: -1, high: 1).raw),
          ("1.bias", stream.uniform([1], low: -1, high: 1).raw),
        ], to: "\(folder)/network.safetensors")
      let lab = try Lab(
        store: RunStore(directory: URL(filePath: folder).appending(path: "store")),
        registry: ExperimentRegistry([RegionsStudy.self]))
      // docs:RegionsStudy
      var study = RegionsStudy()
      (study.network, study.box) = ("\(folder)/network.safetensors", "-1:1")
      let run = try lab.run(RunConfiguration(study), observer: SilentObserver())
      // docs:end
      #expect(try lab.store.facts(of: run.id)["dimension"] == .integer(2))
    }
  }
}
