import Testing
import VitroCore
import VitroTensor

@testable import VitroNetworks

@Suite struct LossTests {
  static let losses: [(String, String, Loss)] = [
    ("crossEntropy", "labels", .crossEntropy), ("smoothed", "labels", .crossEntropy(labelSmoothing: 0.1)),
    ("meanSquaredError", "target", .meanSquaredError), ("meanAbsoluteError", "target", .meanAbsoluteError),
    ("huber", "target", .huber(delta: 0.7)), ("binary", "probabilities", .binaryCrossEntropyWithLogits),
  ]

  @Test(arguments: losses) func lossesEqualPyTorchs(_ name: String, _ target: String, _ loss: Loss) throws {
    let reference = try Reference()
    let (x, t) = (try reference.tensor("loss/x"), try reference.tensor("loss/\(target)"))
    let expected = try reference.tensor("loss/\(name)").item()
    #expect(abs(try loss(x, t).item() - expected) < 1e-6)
    let stacked = try Tensor.stack([x, x * 2])
    let both = try loss(stacked, t, instances: 2).doubles
    #expect(both.count == 2 && abs(both[0] - expected) < 1e-6)
    #expect(try difference(loss(stacked, Tensor.stack([t, t]), instances: 2).doubles, both) == 0)
  }

  @Test func targetsThatDoNotFitAreRefused() throws {
    let x = try Tensor.zeros([4, 3])
    #expect(throws: VitroError.self) { try Loss.crossEntropy(x, Tensor([0, 1, 2, 3])) }
    #expect(throws: VitroError.self) { try Loss.crossEntropy(x, Tensor([0, 1, 2])) }
    #expect(throws: VitroError.self) { try Loss.meanSquaredError(x, Tensor.zeros([4])) }
  }
}
