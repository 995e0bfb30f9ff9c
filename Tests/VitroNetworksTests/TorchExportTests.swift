import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroNetworks
import VitroTensor

/// Networks that tools/export_torch.py wrote, against what PyTorch computed with them (tools/make_torch_fixtures.py).
@Suite struct TorchExportTests {
  static let networks = ["residual", "images", "signal", "sentences", "gated", "language"]
  static let directory = Bundle.module.bundlePath + "/Fixtures/torch/"

  @Test(arguments: networks) func outputsAndTapsEqualPyTorchs(_ name: String) throws {
    let network = try Network(contentsOf: Self.directory + name)
    let check = try SafetensorsFile(Self.directory + name + "/check.safetensors")
    let taps = check.names.filter { $0.hasPrefix("tap:") }.map { String($0.dropFirst(4)) }
    let run = try network.run([Tensor(check.array(named: "x"))], recording: .names(taps))

    #expect(try largestDifference(run.output, Tensor(check.array(named: "y"))) <= 1e-5)
    for tap in taps {
      let expected = try Tensor(check.array(named: "tap:\(tap)"))
      #expect(try largestDifference(run.value(at: tap), expected) <= 1e-5, "tap \(tap)")
    }
  }

  @Test(arguments: networks) func writingAnExportedNetworkAgainKeepsIt(_ name: String) throws {
    let network = try Network(contentsOf: Self.directory + name)
    let copy = NSTemporaryDirectory() + "vitro-torch-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try network.save(to: copy)

    let again = try Network(contentsOf: copy)
    let x = try Tensor(SafetensorsFile(Self.directory + name + "/check.safetensors").array(named: "x"))
    #expect(again.tapNames == network.tapNames)
    #expect(try largestDifference(again(x), network(x)) == 0)
  }

  @Test func tiedEmbeddingsStayOneParameter() throws {
    let network = try Network(contentsOf: Self.directory + "language")
    #expect(network.parameters.names.contains("tokens.weight"))
    #expect(!network.parameters.names.contains("head.weight"))
    #expect(network.tapNames.contains("blocks.layers.0.self_attn.hook_pattern"))
  }

  /// Relative to the largest expected value above 1; infinite when shapes differ or something is not a number.
  private func largestDifference(_ found: Tensor, _ expected: Tensor) throws -> Double {
    guard found.shape == expected.shape else { return .infinity }
    let pairs = zip(try found.doubles, try expected.doubles)
    let largest = pairs.reduce(0) { max($0, $1.0.isNaN || $1.1.isNaN ? .infinity : abs($1.0 - $1.1)) }
    return largest / max(1, try expected.doubles.map(abs).max() ?? 1)
  }
}
