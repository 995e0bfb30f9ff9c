internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension Network {
  /// Reads a multilayer perceptron from a safetensors file that says nothing of its structure: linear layers in the order of their names, with ReLU
  /// between them and none at the end.
  ///
  /// Layers are pairs `name.weight [outputs, inputs]` and `name.bias [outputs]` (the bias may be missing), as PyTorch's `state_dict`
  /// names them; names sort by their numbers (`fc2` before `fc10`). The activation after layer `fc1` is the tap `fc1.relu`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` as for any safetensors file; `unsupported` for tensors that make no such chain, `shape` when layers
  ///   do not fit each other.
  public init(linearChainFrom path: String) throws {
    let file = try SafetensorsFile(path)
    func refuse(_ message: String) -> VitroError {
      VitroError(
        .unsupported, "reading \(path) as a chain of linear layers", message,
        hint: "Save the network with its network.json (tools/export_torch.py), which tells its structure.",
        details: ["file": path])
    }
    var weights: [(name: String, outputs: Int, inputs: Int)] = []
    var biases: [String: Int] = [:]
    for info in file.tensors {
      let (name, part) = info.name.splitAtLastDot
      guard info.dtype?.isFloatingPoint ?? false else { throw refuse("'\(info.name)' is \(info.storedType)") }
      switch (part, info.shape.count) {
      case ("weight", 2): weights.append((name, info.shape[0], info.shape[1]))
      case ("bias", 1): biases[name] = info.shape[0]
      default: throw refuse("'\(info.name)' \(info.shape) is neither a matrix 'weight' nor a vector 'bias'")
      }
    }
    guard !weights.isEmpty else { throw refuse("it holds no 'weight'") }
    weights.sort { $0.name.isNaturallyBefore($1.name) }
    for name in biases.keys.sorted() where !weights.contains(where: { $0.name == name }) {
      throw refuse("'\(name).bias' has no weight")
    }
    var layers: [(name: String, layer: any Layer)] = []
    for (index, (name, outputs, inputs)) in weights.enumerated() {
      if index > 0, weights[index - 1].outputs != inputs {
        throw VitroError(
          .shape, "reading \(path) as a chain of linear layers",
          "'\(name).weight' takes \(inputs) numbers, but '\(weights[index - 1].name).weight' before it gives \(weights[index - 1].outputs)",
          details: ["file": path, "parameter": "\(name).weight"])
      }
      if let bias = biases[name], bias != outputs {
        throw VitroError(
          .shape, "reading \(path) as a chain of linear layers", "'\(name).bias' is [\(bias)], expected [\(outputs)]",
          details: ["file": path, "parameter": "\(name).bias"])
      }
      let node = name.isEmpty ? "linear" : name
      layers.append((node, Linear(inputs, outputs, bias: biases[name] != nil)))
      if index < weights.count - 1 { layers.append(("\(node).relu", Activation(.relu))) }
    }
    let isDouble = file.tensors.allSatisfy { $0.dtype == .float64 }
    var graph = Graph.chain((path as NSString).lastPathComponent, input: [weights[0].inputs], layers)
    graph.metadata["source"] = (path as NSString).lastPathComponent
    if weights.count == 1, weights[0].name.isEmpty {
      try self.init(uninitialized: graph, dtype: isDouble ? .float64 : .float32)
      for info in file.tensors { try parameters.set("linear.\(info.name)", to: Tensor(file.array(named: info.name))) }
    } else {
      let description = try NetworkFile(Network(uninitialized: graph, dtype: isDouble ? .float64 : .float32))
      try self.init(description, weights: file)
    }
  }
}

extension String {
  fileprivate var splitAtLastDot: (String, String) {
    guard let dot = lastIndex(of: ".") else { return ("", self) }
    return (String(self[..<dot]), String(self[index(after: dot)...]))
  }

  /// Whether this comes first when stretches of digits count as numbers.
  func isNaturallyBefore(_ other: String) -> Bool {
    var (left, right) = (Array(utf8)[...], Array(other.utf8)[...])
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    while let a = left.first, let b = right.first {
      if isDigit(a), isDigit(b) {
        let (numberA, numberB) = (left.prefix(while: isDigit), right.prefix(while: isDigit))
        (left, right) = (left.dropFirst(numberA.count), right.dropFirst(numberB.count))
        let (digitsA, digitsB) = (Array(numberA.drop { $0 == 48 }), Array(numberB.drop { $0 == 48 }))
        if digitsA.count != digitsB.count { return digitsA.count < digitsB.count }
        if digitsA != digitsB { return digitsA.lexicographicallyPrecedes(digitsB) }
      } else {
        if a != b { return a < b }
        (left, right) = (left.dropFirst(), right.dropFirst())
      }
    }
    return left.isEmpty && !right.isEmpty
  }
}
