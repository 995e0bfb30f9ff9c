internal import VitroCore

/// The connections of a model's graph: every name made once, every name that is read made, nothing waiting for itself.
struct ONNXOrder {
  private var model: ONNXModel
  private let file: FileBytes
  /// Which node makes a value; −1 for inputs and initializers.
  private var makers: [String: Int] = [:]

  init(_ model: ONNXModel, file: FileBytes) throws {
    (self.model, self.file) = (model, file)
    for name in model.inputs.map(\.name) + model.initializers.map(\.name) {
      try add(name, maker: -1)
    }
    for (number, node) in model.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { try add(name, maker: number) }
    }
    for (number, node) in model.nodes.enumerated() {
      for name in node.inputs where !name.isEmpty && makers[name] == nil {
        throw unknown(name, field: "\(field(number)), input")
      }
    }
    for output in model.outputs where makers[output.name] == nil { throw unknown(output.name, field: "graph.output") }
  }

  /// The model with its nodes in running order; as they stand when that is one.
  func ordered() throws -> ONNXModel {
    var isSorted = true
    var waiting = [Int](repeating: 0, count: model.nodes.count)
    var readers: [Int: [Int]] = [:]
    for (number, node) in model.nodes.enumerated() {
      for name in node.inputs {
        guard let maker = makers[name], maker >= 0 else { continue }
        if maker >= number { isSorted = false }
        waiting[number] += 1
        readers[maker, default: []].append(number)
      }
    }
    if isSorted { return model }
    var order = waiting.indices.filter { waiting[$0] == 0 }
    var next = 0
    while next < order.count {
      for reader in readers[order[next]] ?? [] {
        waiting[reader] -= 1
        if waiting[reader] == 0 { order.append(reader) }
      }
      next += 1
    }
    guard order.count == model.nodes.count else {
      let stuck = waiting.indices.filter { waiting[$0] > 0 }
      throw file.malformed(
        field: field(stuck[0]), found: "a cycle: \(stuck.count) nodes wait for each other",
        expected: "nodes that read what others have made before")
    }
    var result = model
    result.nodes = order.map { model.nodes[$0] }
    return result
  }

  private mutating func add(_ name: String, maker: Int) throws {
    guard !name.isEmpty else {
      throw file.malformed(field: "graph", found: "an input or initializer without a name", expected: "names")
    }
    guard makers.updateValue(maker, forKey: name) == nil else {
      throw file.malformed(
        field: maker < 0 ? "graph" : "\(field(maker)), output", found: "\(quoted(name)) twice",
        expected: "each value once")
    }
  }

  private func field(_ number: Int) -> String { "graph.node[\(number)] \(quoted(model.nodes[number].name))" }

  private func unknown(_ name: String, field: String) -> VitroError {
    file.malformed(
      field: field, found: quoted(name), expected: "an input, an initializer or what a node makes",
      hint: nearestName(to: name, in: makers.keys.prefix(1000).sorted()).map { "Is \(quoted($0)) meant?" })
  }
}
