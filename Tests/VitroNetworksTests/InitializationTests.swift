import Foundation
import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

@Suite struct InitializationTests {
  let graph = Graph.chain(
    "all", input: [12, 20],
    [
      ("lstm", LSTM(20, 32)), ("attention", MultiHeadAttention(32, heads: 4)), ("norm", LayerNorm(32)),
      ("linear", Linear(32, 400)), ("out", Linear(400, 300)),
    ])

  func values(_ name: String, _ initialization: Initialization) throws -> [Double] {
    try Network(graph, initialization: initialization, seed: 5).parameters.value(named: name).doubles
  }

  func moments(_ values: [Double]) -> (mean: Double, deviation: Double, largest: Double) {
    let mean = values.mean
    return (mean, values.map { ($0 - mean) * ($0 - mean) }.mean.squareRoot(), values.map(abs).max() ?? 0)
  }

  @Test func pyTorchsDefaultsHaveTheirBounds() throws {
    for (name, bound) in [
      ("linear.weight", 1 / 32.0.squareRoot()), ("linear.bias", 1 / 32.0.squareRoot()),
      ("lstm.weight_ih_l0", 1 / 32.0.squareRoot()), ("lstm.bias_hh_l0", 1 / 32.0.squareRoot()),
      ("attention.q_proj.weight", (6.0 / 128).squareRoot()), ("attention.out_proj.weight", 1 / 32.0.squareRoot()),
    ] {
      let found = moments(try values(name, .pytorch))
      #expect(found.largest <= bound && found.largest > 0.97 * bound, "\(name)")
      #expect(abs(found.deviation - bound / 3.0.squareRoot()) < 0.06 * bound, "\(name)")
    }
    #expect(try values("norm.weight", .pytorch).allSatisfy { $0 == 1 })
    #expect(try values("attention.q_proj.bias", .pytorch).allSatisfy { $0 == 0 })
  }

  @Test func kerassDefaultsOpenTheForgetGate() throws {
    let bias = try values("lstm.bias_ih_l0", .keras)
    #expect(bias == (0..<128).map { (32..<64).contains($0) ? 1 : 0 })
    #expect(try values("lstm.bias_hh_l0", .keras).allSatisfy { $0 == 0 })
    #expect(try values("out.bias", .keras).allSatisfy { $0 == 0 })
    let bound = (6.0 / 700).squareRoot()
    let weight = moments(try values("out.weight", .keras))
    #expect(weight.largest <= bound && weight.largest > 0.99 * bound)
    let recurrent = try Tensor(try values("lstm.weight_hh_l0", .keras), shape: [128, 32])
    let gram = try recurrent.matmul(recurrent, transposeA: true)
    #expect(try difference(gram, .eye(32, dtype: .float64)) < 1e-6)
  }

  static let deviations: [(String, Double)] = [
    ("xavierNormal", 0.0534522), ("heNormal", 0.0707107), ("kaimingUniform", 0.0707107), ("lecunNormal", 0.05),
    ("lecunUniform", 0.05), ("normal", 0.05), ("truncatedNormal", 0.04398),
  ]

  @Test(arguments: deviations)
  func rulesHaveTheirDeviations(_ name: String, _ deviation: Double) throws {
    let found = moments(try values("out.weight", Initialization(named: name)))
    #expect(abs(found.mean) < 0.01 * deviation)
    #expect(abs(found.deviation - deviation) < 0.01 * deviation)
    #expect(try values("out.bias", Initialization(named: name)).allSatisfy { $0 == 0 })
    if name == "truncatedNormal" { #expect(found.largest <= 0.1) }
  }

  @Test func orthogonalAndIdentityMatricesAreThat() throws {
    let weight = try Tensor(values("out.weight", .weights(.orthogonal(gain: 2))), shape: [300, 400])
    let gram = try weight.matmul(weight, transposeB: true)
    #expect(try difference(gram, Tensor.eye(300, dtype: .float64) * 4) < 1e-5)
    let identity = try Tensor(values("out.weight", .weights(.identity)), shape: [300, 400])
    #expect(try difference(identity.slice(axis: 1, 0..<300), .eye(300, dtype: .float64)) == 0)
  }

  @Test func overridesGoByNameAndTheLastCounts() throws {
    let scheme = Initialization.pytorch.overriding(["*.bias": .constant(0.1), "out.bias": .ones])
    #expect(try values("linear.bias", scheme).allSatisfy { $0 == Double(Float(0.1)) })
    #expect(try values("out.bias", scheme).allSatisfy { $0 == 1 })
    let coded = try JSONDecoder().decode(Initialization.self, from: JSONEncoder().encode(scheme))
    #expect(coded == scheme)
    #expect(throws: VitroError.self) { try values("out.bias", Initialization.pytorch.overriding(["conv*": .zeros])) }
  }

  @Test func aMistypedNameIsAnsweredWithTheNearest() {
    let error = #expect(throws: VitroError.self) { try Initialization(named: "xavierunifrom") }
    #expect(error?.hint?.contains("xavierUniform") ?? false)
  }
}
