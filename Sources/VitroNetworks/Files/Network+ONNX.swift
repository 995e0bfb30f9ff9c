internal import VitroCore
package import VitroFormats
internal import VitroTensor

extension Network {
  /// Reads a network from an ONNX file: dense, convolutional and recurrent networks and transformers (docs/network-format.md lists the operators).
  ///
  /// ```swift
  /// let network = try Network(onnx: "model.onnx")
  /// let layers = network.graph.nodes.map(\.name)  // ["fc1", "relu", "fc2"]
  /// ```
  ///
  /// Operators that have a layer become that layer, so that instruments read them; the rest become an ``ONNXOperation`` each, and every value is a tap. A matrix
  /// called `fc1.weight` becomes the parameter of that name. Arrays that serve several operators stay one parameter. float16 and bfloat16 are computed with in float32.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` when it is not ONNX; `unsupported` for anything that is not computed, with the
  ///   node, its operator, and those that are read; `memory` for a network much larger than its file.
  public init(onnx path: String) throws {
    try self.init(ONNXModel(path), file: path)
  }

  package init(_ model: ONNXModel, file path: String) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var reader = try ONNXReader(model, file: path)
    if reader.graph.metadata["source"] == nil { reader.graph.metadata["source"] = name }
    try self.init(uninitialized: reader.graph, dtype: reader.dtype)
    for (number, entry) in parameters.entries.enumerated() {
      guard let value = reader.parameters[entry.name] else {
        throw VitroError(.failed, "reading \(path)", "the parameter '\(entry.name)' has no value")
      }
      try parameters.set(number, to: value)
    }
  }

  /// Writes the network as an ONNX file (version 17 of the operators), atomically; the same network always gives the same bytes.
  ///
  /// The batch axis is the symbolic dimension `batch`. Values, nodes and parameters keep their names.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `unsupported` for several instances, and for a layer that is not written, with its name and those that are; `file` when
  ///   the file cannot be written.
  public func writeONNX(to path: String) throws {
    try onnxModel().write(to: path)
  }

  /// The network as an ONNX model.
  func onnxModel() throws -> ONNXModel {
    guard instances == nil else {
      throw VitroError(
        .unsupported, "writing '\(graph.name)' as ONNX", "it holds \(instances ?? 0) networks, and an ONNX file one",
        hint: "Pick one: network.instance(0).",
        details: ["field": "instances", "found": "\(instances ?? 0)", "expected": "one network"])
    }
    return try ONNXWriter(self).model
  }
}
