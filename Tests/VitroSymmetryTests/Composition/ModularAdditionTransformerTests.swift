import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroLab
import VitroTensor

@testable import VitroSymmetry

struct ModularAdditionTransformerTests {
  /// `mod_addition_113.safetensors`, where the environment says the published networks are.
  static let path = ProcessInfo.processInfo.environment["VITRO_NETWORKS"].map { "\($0)/mod_addition_113.safetensors" }

  @Test(
    .enabled(
      if: path.map { FileManager.default.fileExists(atPath: $0) } ?? false,
      "VITRO_NETWORKS names no folder with mod_addition_113.safetensors"))
  func thePublishedNetworkAddsModulo113() throws {
    let transformer = try ModularAdditionTransformer(path: try #require(Self.path))
    #expect(transformer.modulus == 113 && transformer.width == 512)
    let values = transformer.values()
    let analysis = try CompositionAnalysis(TestGroups.cyclic(113), hidden: values.hidden, logits: values.logits)
    let reading = try analysis.reading()
    let measures = reading.measures
    #expect(measures.accuracy == 1 && measures.loss < 1e-5)
    #expect(measures.key.map(\.name) == ["L_6", "L_23", "L_37", "L_39", "L_41"])
    #expect(measures.logits > 0.95)
    #expect(measures.restrictedLoss < measures.loss && measures.excludedLoss > 5)
    #expect((0.33...0.42).contains(measures.hiddenA) && (0.33...0.42).contains(measures.hiddenB))
    #expect((0.09...0.14).contains(measures.hiddenAB))
    #expect(reading.harmonics.forbidden < 0.05 && reading.cosets == nil)
    if let folder = ProcessInfo.processInfo.environment["VITRO_DEMO"] {
      let report = Report(id: "mod-113", title: "The published network", sections: reading.sections())
      try report.validate()
      try report.write(to: URL(filePath: folder).appending(path: "mod113"))
    }
  }

  /// A network of random weights modulo 5, and its arrays.
  private func random(_ path: String, _ change: (inout [(String, Tensor)]) -> Void = { _ in }) throws {
    var stream = RandomStream(seed: 1, "transformer")
    func array(_ name: String, _ shape: [Int]) throws -> (String, Tensor) {
      (name, try stream.normal(shape, deviation: 0.7))
    }
    var arrays = try [
      array("embed.W_E", [4, 6]), array("pos_embed.W_pos", [3, 4]), array("unembed.W_U", [4, 6]),
      array("blocks.0.attn.W_K", [2, 3, 4]), array("blocks.0.attn.W_Q", [2, 3, 4]),
      array("blocks.0.attn.W_V", [2, 3, 4]), array("blocks.0.attn.W_O", [4, 6]), array("blocks.0.mlp.W_in", [7, 4]),
      array("blocks.0.mlp.b_in", [7]), array("blocks.0.mlp.W_out", [4, 7]), array("blocks.0.mlp.b_out", [4]),
    ]
    change(&arrays)
    try Safetensors.write(arrays.map { ($0.0, $0.1.raw) }, to: path)
  }

  private func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// One pair at a time, one sum at a time.
  @Test func valuesAreThoseOfThePlainForwardPass() throws {
    try withFile { path in
      try random(path)
      let file = try SafetensorsFile(path)
      #expect(ModularAdditionTransformer.describes(file))
      let values = try ModularAdditionTransformer(file).values()
      func weights(_ name: String) throws -> [[Double]] {
        let tensor = Tensor(try file.array(named: name))
        let width = tensor.shape.last ?? 1
        let numbers = try tensor.cast(to: .float64).doubles
        return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
      }
      func apply(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
      }
      let (embed, positions, unembed) = (
        try weights("embed.W_E"), try weights("pos_embed.W_pos"), try weights("unembed.W_U")
      )
      let attention = try ["W_Q", "W_K", "W_V", "W_O"].map { try weights("blocks.0.attn.\($0)") }
      for (a, b) in [(0, 0), (3, 1), (4, 2)] {
        let stream = [a, b, 5].enumerated().map { place, token in
          (0..<4).map { embed[$0][token] + positions[place][$0] }
        }
        var joined = [Double]()
        for head in 0..<2 {
          let rows = head * 3..<head * 3 + 3
          let query = apply(Array(attention[0][rows]), stream[2])
          let scores = stream.map { input in
            exp(zip(query, apply(Array(attention[1][rows]), input)).reduce(0) { $0 + $1.0 * $1.1 } / 3.0.squareRoot())
          }
          let moved = stream.map { apply(Array(attention[2][rows]), $0) }
          joined += (0..<3).map { i in (0..<3).reduce(0) { $0 + scores[$1] * moved[$1][i] } / scores.reduce(0, +) }
        }
        let middle = zip(stream[2], apply(attention[3], joined)).map { $0 + $1 }
        let inner = zip(apply(try weights("blocks.0.mlp.W_in"), middle), try weights("blocks.0.mlp.b_in")[0])
          .map { max(0, $0 + $1) }
        let outer = zip(apply(try weights("blocks.0.mlp.W_out"), inner), try weights("blocks.0.mlp.b_out")[0])
          .map { $0 + $1 }
        let end = zip(middle, outer).map { $0 + $1 }
        let pair = a * 5 + b
        for unit in 0..<7 { #expect(abs(Double(values.hidden[pair * 7 + unit]) - inner[unit]) < 1e-5) }
        for c in 0..<5 {
          let logit = (0..<4).reduce(0) { $0 + end[$1] * unembed[$1][c] }
          #expect(abs(Double(values.logits[pair * 5 + c]) - logit) < 1e-5)
        }
      }
    }
  }

  @Test func filesOfOtherNetworksAreRefused() throws {
    for change: (inout [(String, Tensor)]) -> Void in [
      { $0.removeFirst() }, { $0.removeLast() }, { $0[1].1 = $0[0].1 }, { $0[3].1 = $0[0].1 }, { $0[0].1 = $0[8].1 },
      { $0[6].1 = $0[7].1 },
    ] {
      try withFile { path in
        try random(path, change)
        #expect(throws: VitroError.self) { try ModularAdditionTransformer(path: path) }
      }
    }
  }
}
