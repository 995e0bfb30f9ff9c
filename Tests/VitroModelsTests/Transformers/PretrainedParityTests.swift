import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

@testable import VitroModels

/// Pretrained models against Hugging Face's transformers in float64 (Tests/References/pretrained.py).
@Suite("Pretrained models")
struct PretrainedParityTests {
  static let names = ["minilm", "gpt2", "smollm2", "stories260K"]

  @Test("Every tap is within four times the reference's own float32 error", arguments: names)
  func tapsEqual(name: String) throws {
    guard PretrainedModels.has(name), let path = PretrainedModels.path(name) else { return }
    let expected = try SafetensorsFile(FamilyTests.folder("../Pretrained/\(name).safetensors"))
    let tokens = try Tensor(expected.array(named: "tokens")).array(of: Int64.self).map { Int($0) }
    let model = try LanguageModel(path)
    let taps = expected.names.filter { $0 != "tokens" && !$0.contains("/") }
    let run = try model.run([tokens], recording: .names(taps.filter { $0 != "logits" }))
    var worst = (ratio: 0.0, tap: "", error: 0.0)
    for tap in taps {
      let value = try tap == "logits" ? run.output : run.value(at: tap, text: 0)
      let shape = try Tensor(expected.array(named: "\(tap)/shape")).array(of: Int64.self).map { Int($0) }
      #expect(value.shape == shape, "\(tap)")
      let own = try inHuggingFaceOrder(value, tap, model).cast(to: .float64).array(of: Double.self)
      let truth = try Tensor(expected.array(named: tap)).array(of: Double.self)
      let allowed = try Tensor(expected.array(named: "\(tap)/error")).item()
      let step = Swift.max(1, own.count / 64)
      let error = truth.indices.reduce(0) { Swift.max($0, abs(own[$1 * step] - truth[$1])) }
      if error / allowed > worst.ratio { worst = (error / allowed, tap, error) }
      // Four, for sums are in another order on every processor, and the error of the reference is that of one.
      #expect(error <= 4 * allowed, "\(tap): \(error) against \(allowed)")
      if name == "minilm", tap.hasSuffix("hook_normalized_resid_post") { #expect(error < 5e-5, "\(tap)") }
    }
    print("\(name): \(taps.count) taps, at most \(worst.ratio) of the reference's error (\(worst.tap), \(worst.error))")
  }

  /// llama2.c keeps turned pairs side by side, Hugging Face apart.
  private func inHuggingFaceOrder(_ value: Tensor, _ tap: String, _ model: LanguageModel) throws -> Tensor {
    guard case .rotary(let rotary)? = model.transformer?.positions, rotary.adjacent,
      tap.hasSuffix("hook_q") || tap.hasSuffix("hook_k")
    else { return value }
    let width = value.shape[2]
    let order = (0..<width).map { Int64(2 * ($0 % (width / 2)) + $0 / (width / 2)) }
    return try value.gather(Tensor(order), axis: 2)
  }
}
