import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

/// What PyTorch computed; Tests/References/networks.py made it.
struct Reference {
  let file: SafetensorsFile

  init() throws { file = try SafetensorsFile(Self.path("torch.safetensors")) }

  static func path(_ name: String) -> String { Bundle.module.bundlePath + "/Fixtures/" + name }

  func tensor(_ name: String) throws -> Tensor { Tensor(try file.array(named: name)) }

  func doubles(_ name: String) throws -> [Double] { try tensor(name).doubles }

  /// The names after a prefix.
  func names(after prefix: String) -> [String] {
    file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
  }
}

/// The largest difference of two arrays, infinite when they differ in size.
func difference(_ a: Tensor, _ b: Tensor) throws -> Double { difference(try a.doubles, try b.doubles) }

/// The largest difference of two arrays, infinite when they differ in size or are not numbers.
func difference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { $1.0.isNaN || $1.1.isNaN ? .infinity : max($0, abs($1.0 - $1.1)) }
}

/// A directory that vanishes with the value's last use.
final class TemporaryDirectory {
  let path = NSTemporaryDirectory() + "vitro-networks-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension Network {
  /// All parameters' bits, one after the other.
  var bits: [UInt8] {
    get throws {
      try parameters.names.flatMap { name in try parameters.value(named: name).raw.withBytes { Array($0) } }
    }
  }

  /// The gradients of Σ outputᵢ·seedᵢ at the trained parameters, by name.
  func parameterGradients(_ inputs: [Tensor], seed: Tensor, mode: RunMode) throws -> [String: Tensor] {
    let pass = try trainingPass(inputs, mode: mode) { try ($0.output * seed).sum() }
    let names = parameters.entries.filter(\.spec.isTrainable).map(\.name)
    return Dictionary(uniqueKeysWithValues: zip(names, pass.gradients))
  }
}

/// A source whose examples can be told apart.
func spiral(_ count: Int, seed: UInt64 = 5, features: Int = 6, classes: Int = 3) throws -> TensorSource {
  var stream = RandomStream(seed: seed, "spiral")
  let inputs = try stream.normal([count, features])
  return try TensorSource(inputs, target: inputs.slice(axis: 1, 0..<classes).argmax())
}
