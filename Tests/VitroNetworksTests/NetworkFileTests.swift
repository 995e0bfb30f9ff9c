import Foundation
import Testing
import VitroCore
import VitroFormats
import VitroTensor

@testable import VitroNetworks

@Suite struct NetworkFileTests {
  /// A network with one of nearly everything, and a tied parameter.
  static func sample(instances: Int? = nil, dtype: DType = .float32) throws -> Network {
    var graph = Graph("sample", inputs: [.init("image", shape: [2, 8, 8]), .init("tokens", shape: [4])])
    graph.add("conv", Conv2d(2, 4, window: Window(3, stride: 2, padding: 1), groups: 2), reading: "image")
    graph.add("norm", BatchNorm(4), reading: "conv")
    graph.add("act", Activation(.leakyRelu, parameter: 0.2), reading: "norm")
    graph.add("pool", MaxPool2d(2), reading: "act")
    graph.add("flat", Flatten(), reading: "pool")
    graph.add("embedding", Embedding(9, 8), reading: "tokens")
    graph.add("attention", MultiHeadAttention(8, heads: 2, causal: true), reading: "embedding")
    graph.add("sum", Add(), reading: "embedding", "attention")
    graph.add("ln", LayerNorm(8), reading: "sum")
    graph.add("lstm", LSTM(8, 4, returns: .last), reading: "ln")
    graph.add("gru", GRU(8, 4, returns: .last, reversed: true), reading: "ln")
    graph.add("all", Concatenate(axis: 0), reading: "flat", "lstm", "gru")
    graph.add("fc", Linear(24, 8), reading: "all")
    graph.nodes.append(
      .init("unembed", Linear(8, 9, bias: false), inputs: ["fc"], ties: ["weight": "embedding.weight"]))
    graph.outputs = ["unembed", "fc"]
    graph.metadata = ["source": "tests", "umlaut": "Größe"]
    return try Network(graph, instances: instances, dtype: dtype, seed: 3)
  }

  @Test(arguments: [(nil, DType.float32), (3, .float32), (nil, .float64)])
  func aSavedNetworkComesBackExactly(_ instances: Int?, _ dtype: DType) throws {
    let directory = try TemporaryDirectory()
    let network = try Self.sample(instances: instances, dtype: dtype)
    try network.save(to: directory.path + "/deep/er")
    for path in ["/deep/er", "/deep/er/network.json"] {
      let found = try Network(directory.path + path)
      #expect(try found.bits == network.bits)
      #expect(found.instances == instances && found.parameters.dtype == dtype && found.tapNames == network.tapNames)
      #expect(try NetworkFile.json(found.graph) == NetworkFile.json(network.graph))
    }
    var stream = RandomStream(seed: 1, "x")
    let inputs = [try stream.normal([2, 2, 8, 8]), try Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 4])]
    let (one, two) = (try network.run(inputs), try Network(directory.path + "/deep/er").run(inputs))
    #expect(one.output.isIdentical(to: two.output))
  }

  /// The example of docs/network-format.md, as an exporter would write it.
  @Test func aHandwrittenNetworkIsRead() throws {
    let directory = try TemporaryDirectory()
    let json = """
      {"format": "vitro-network", "version": 1, "dtype": "float32", "name": "xor", "metadata": {},
       "inputs": [{"name": "input", "shape": [2]}], "outputs": ["output"],
       "nodes": [
        {"name": "hidden", "operation": "linear", "inputs": ["input"], "settings": {"inputs": 2, "outputs": 2, "bias": false}},
        {"name": "relu", "operation": "activation", "inputs": ["hidden"], "settings": {"function": "relu"}},
        {"name": "flat", "operation": "flatten", "inputs": ["relu"], "settings": {}},
        {"name": "output", "operation": "linear", "inputs": ["flat"], "settings": {"inputs": 2, "outputs": 1, "bias": false}}]}
      """
    try json.write(toFile: directory.path + "/network.json", atomically: false, encoding: .utf8)
    let weights: [(name: String, array: RawArray)] = [
      ("hidden.weight", try Tensor(rows: [[1.0, -1], [-1, 1]]).raw),
      ("output.weight", try Tensor(rows: [[1.0, 1]]).raw),
    ]
    try Safetensors.write(weights, to: directory.path + "/weights.safetensors")
    let network = try Network(directory.path)
    #expect(try network(Tensor(rows: [[0.0, 0], [0, 1], [1, 0], [1, 1]])).doubles == [0, 1, 1, 0])
  }

  @Test func weightsThatDoNotFitAreNamed() throws {
    let directory = try TemporaryDirectory()
    let network = try Self.sample()
    try network.save(to: directory.path)
    let all = try network.parameters.names.map { (name: $0, array: try network.parameters.value(named: $0).raw) }
    func error(_ arrays: [(name: String, array: RawArray)]) throws -> VitroError? {
      try Safetensors.write(arrays, to: directory.path + "/weights.safetensors")
      return #expect(throws: VitroError.self) { try Network(contentsOf: directory.path) }
    }
    let missing = try error(all.map { ($0.name == "fc.weight" ? "fc1.weight" : $0.name, $0.array) })
    #expect(missing?.message.contains("'fc.weight'") ?? false)
    #expect(missing?.hint?.contains("'fc1.weight'") ?? false)
    let extra = try error(all + [("fc.wait", all[0].array)])
    #expect(extra?.message.contains("'fc.wait'") ?? false)
    let misshapen = try error(all.map { ($0.name, $0.name == "fc.weight" ? all[0].array : $0.array) })
    #expect(misshapen?.message.contains("'fc.weight'") ?? false && misshapen?.code == .shape)
    let whole = try error(
      all.map { ($0.name, $0.name == "fc.bias" ? try Tensor([1, 2, 3, 4, 5, 6, 7, 8]).raw : $0.array) })
    #expect(whole?.message.contains("I64") ?? false)
  }

  @Test func aNewerVersionAnUnknownLayerAndAHugeOneAreExplained() throws {
    func error(_ change: (inout String) -> Void) throws -> VitroError? {
      let directory = try TemporaryDirectory()
      try Self.sample().save(to: directory.path)
      var text = try String(contentsOfFile: directory.path + "/network.json", encoding: .utf8)
      let before = text
      change(&text)
      #expect(text != before)
      try text.write(toFile: directory.path + "/network.json", atomically: false, encoding: .utf8)
      return #expect(throws: VitroError.self) { try Network(contentsOf: directory.path) }
    }
    let newer = try error { $0 = $0.replacing("\"version\" : 1", with: "\"version\" : 2") }
    #expect(newer?.code == .unsupported)
    let unknown = try error {
      $0 = $0.replacing("\"lstm\",\n      \"settings\"", with: "\"lstn\",\n      \"settings\"")
    }
    #expect(unknown?.hint?.contains("lstm") ?? false)
    for huge in ["1000000000000", "4611686018427387904", "1e30"] {
      _ = try error { $0 = $0.replacing("\"outputs\" : 8", with: "\"outputs\" : \(huge)") }
      _ = try error { $0 = $0.replacing("\"width\" : 4", with: "\"width\" : \(huge)") }
    }
    let nested = try error { $0 = String(repeating: "[", count: 100_000) + $0 }
    #expect(nested?.code == .malformed)
  }

  @Test func brokenFilesGiveErrorsOnly() throws {
    let directory = try TemporaryDirectory()
    try Self.sample().save(to: directory.path)
    var stream = RandomStream(seed: 2, "mutation")
    let numbers = [
      "-1", "0", "9223372036854775807", "-9223372036854775808", "4611686018427387904", "1e400", "null", "[]",
    ]
    for name in ["network.json", "weights.safetensors"] {
      let url = URL(fileURLWithPath: directory.path + "/" + name)
      let original = [UInt8](try Data(contentsOf: url))
      for _ in 0..<250 {
        var bytes = original
        let draws = stream.draw(words: 4).map { Int($0) }
        let position = draws[0] % (name == "network.json" ? bytes.count : Swift.min(bytes.count, 2500))
        switch draws[1] % 5 {
        case 0: bytes[position] = UInt8(truncatingIfNeeded: draws[2])
        case 1: bytes.removeLast(draws[2] % bytes.count)
        case 2: bytes.removeSubrange(position..<Swift.min(position + draws[2] % 40, bytes.count))
        case 3:
          bytes.insert(contentsOf: bytes[position..<Swift.min(position + draws[2] % 40, bytes.count)], at: position)
        default:
          guard let digit = bytes[position...].firstIndex(where: { (48...57).contains($0) }) else { continue }
          let end = bytes[digit...].firstIndex { !(48...57).contains($0) } ?? bytes.count
          bytes.replaceSubrange(digit..<end, with: Array(numbers[draws[3] % numbers.count].utf8))
        }
        try Data(bytes).write(to: url)
        do { _ = try Network(contentsOf: directory.path) } catch is VitroError {}
      }
      try Data(original).write(to: url)
    }
    _ = try Network(contentsOf: directory.path)
  }

  @Test func aChainOfLinearLayersIsReadFromItsWeightsAlone() throws {
    let network = try Network(Reference.path("sequential.safetensors"))
    #expect(network.tapNames == ["input", "0", "0.relu", "2", "2.relu", "4"])
    let values = try SafetensorsFile(Reference.path("sequential_values.safetensors"))
    let y = try network(Tensor(values.array(named: "x")))
    #expect(try difference(y, Tensor(values.array(named: "y"))) < 1e-6)
  }

  @Test func chainsSortByTheirNumbersAndExplainWhatDoesNotFit() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/chain.safetensors"
    func write(_ shapes: [(String, [Int])]) throws {
      try Safetensors.write(try shapes.map { ($0.0, try Tensor.ones($0.1).raw) }, to: path)
    }
    try write([("fc2.weight", [3, 4]), ("fc10.weight", [2, 3]), ("fc1.weight", [4, 5]), ("fc1.bias", [4])])
    #expect(try Network(path).tapNames == ["input", "fc1", "fc1.relu", "fc2", "fc2.relu", "fc10"])
    for (shapes, word) in [
      ([("a.weight", [3, 4]), ("b.weight", [2, 2])], "takes 2"), ([("a.weight", [3, 4, 1])], "neither"),
      ([("a.weight", [3, 4]), ("a.bias", [2])], "expected [3]"), ([("a.bias", [2])], "no 'weight'"),
      ([("a.weight", [3, 4]), ("b.bias", [2])], "has no weight"), ([], "no 'weight'"),
    ] as [([(String, [Int])], String)] {
      try write(shapes)
      let error = #expect(throws: VitroError.self) { try Network(path) }
      #expect(error?.message.contains(word) ?? false, "\(word): \(error?.description ?? "")")
    }
    #expect(throws: VitroError.self) { try Network(directory.path + "/nothing") }
    #expect(throws: VitroError.self) { try Network(directory.path) }
  }
}
