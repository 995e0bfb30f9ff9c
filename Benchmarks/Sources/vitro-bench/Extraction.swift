import Foundation
import Vitro

private let (batch, images) = (256, 6400)
private let taps = ["pool2", "fc1", "relu3", "logits"]

/// Computing activations of the convnet over many images: alone, and kept in a store on disk (16.7 kB an image as float32).
let extractionCases: [Case] = [
  Case("extraction, forward alone", "activation extraction", Double(images), "image") {
    let network = try convnet()
    let source = try TensorSource(noise(images), target: Tensor([Int](repeating: 0, count: images)))
    return { try network.forEachBatch(source, at: .names(taps), batchSize: batch, needsOutputs: false) { _, _, _ in } }
  },
  storing("extraction, to a store", .float32),
  storing("extraction, to half a store", .bfloat16),
]

private func storing(_ name: String, _ precision: ActivationStore.Precision) -> Case {
  Case(name, "activation extraction", Double(images), "image") {
    let network = try convnet()
    let source = try TensorSource(noise(images), target: Tensor([Int](repeating: 0, count: images)))
    return {
      let directory = FileManager.default.temporaryDirectory.appending(path: "vitro-bench-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: directory) }
      _ = try ActivationStore.record(
        network, over: source, at: taps, in: directory, precision: precision, batchSize: batch)
    }
  }
}
