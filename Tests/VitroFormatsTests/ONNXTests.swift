import Testing
import VitroCore
import VitroFormats
import VitroFuzzing

/// A field of a protobuf message that holds bytes, or a message.
private func part(_ number: Int, _ contents: [UInt8]) -> [UInt8] {
  varint(number << 3 | 2) + varint(contents.count) + contents
}

private func part(_ number: Int, _ text: String) -> [UInt8] { part(number, Array(text.utf8)) }

/// A field of a protobuf message that holds a whole number.
private func part(_ number: Int, _ value: Int) -> [UInt8] { varint(number << 3) + varint(value) }

private func varint(_ value: Int) -> [UInt8] {
  var (rest, result): (UInt64, [UInt8]) = (UInt64(bitPattern: Int64(value)), [])
  while rest >= 0x80 {
    result.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  return result + [UInt8(rest)]
}

/// A model with these parts of a graph.
private func model(_ graph: [UInt8]) -> [UInt8] { part(1, 8) + part(7, graph) + part(8, part(2, 17)) }

/// A float32 tensor `w [2]`, changed by further fields.
private func tensor(_ fields: [UInt8], type: Int = 1, dims: [Int] = [2]) -> [UInt8] {
  model(part(5, dims.flatMap { part(1, $0) } + part(2, type) + part(8, "w") + fields))
}

@Suite struct ONNXTests {
  @Test func whatTheFileSaysIsThere() throws {
    let model = try ONNXModel(fixture("all_types.onnx"))
    #expect(model.name == "graph" && model.opset == 13 && model.otherOpsets == ["example.org": 2])
    #expect(model.producer == "reference" && model.producerVersion == "1" && model.formatVersion == 7)
    #expect(model.documentation == "All types." && model.metadata == ["classes": "a b"])
    #expect(
      model.inputs == [
        .init("x", elementType: "float32", shape: [.symbolic("batch"), .unknown, .fixed(3)]),
        .init("w", elementType: "float16", shape: [.fixed(2), .fixed(3)]),
      ])
    #expect(model.outputs == [.init("y", elementType: "float64", shape: nil)])
    let (gemm, custom) = (model.nodes[0], model.nodes[1])
    #expect(gemm.name == "first" && gemm.operation == "Gemm" && gemm.domain.isEmpty && gemm.outputs == ["h"])
    guard case .float(0.5) = gemm.attributes["alpha"], case .int(1) = gemm.attributes["transB"],
      case .ints([1, -2]) = custom.attributes["ints"], case .floats([0.5]) = custom.attributes["floats"],
      case .string("é") = custom.attributes["text"], case .strings(["a", "b"]) = custom.attributes["texts"],
      case .tensor(let tensor) = custom.attributes["tensor"]
    else {
      Issue.record("an attribute differs: \(gemm.attributes) \(custom.attributes)")
      return
    }
    #expect(tensor.shape == [2, 2] && custom.domain == "example.org" && custom.inputs == ["h", "", "float32.raw"])
    expectSame(try model.array(named: "scalar"), try array(.float32, [], of: [Float(2.5)]))
    #expect(throws: VitroError.self) { try model.array(named: "scaler") }
  }

  @Test func whatIsWrittenIsReadAgainAndEqualModelsAreEqualBytes() throws {
    let model = try ONNXModel(fixture("all_types.onnx"))
    let bytes = try model.encode()
    let again = try ONNXModel(FileBytes(name: "again", bytes))
    #expect(try again.encode() == bytes)
    #expect(again.inputs == model.inputs && again.outputs == model.outputs && again.metadata == model.metadata)
    for (one, other) in zip(again.initializers, model.initializers) {
      #expect(one.name == other.name)
      expectSame(one.array, other.array)
    }
    try withTemporaryFolder { folder in
      try model.write(to: "\(folder)/m.onnx")
      #expect(try ONNXModel("\(folder)/m.onnx").encode() == bytes)
      #expect(try ArrayFile.read("\(folder)/m.onnx").format == .onnx)
    }
    var unread = model
    unread.nodes[0].attributes["body"] = .unread("GRAPH")
    #expect(throws: VitroError.self) { try unread.encode() }
  }

  @Test func nodesAreOrderedAndMayNotWaitForThemselves() throws {
    func model(_ nodes: [(String, [String], [String])]) throws -> ONNXModel {
      let plain = ONNXModel(
        name: "g", inputs: [.init("x", elementType: "float32", shape: nil)],
        outputs: [.init("y", elementType: "float32", shape: nil)],
        nodes: nodes.map { .init("Op", name: $0.0, inputs: $0.1, outputs: $0.2) }, initializers: [])
      return try ONNXModel(bytes(plain.encode()))
    }
    let sorted = try model([("c", ["b", "a"], ["y"]), ("b", ["a"], ["b"]), ("a", ["x"], ["a"])])
    #expect(sorted.nodes.map(\.name) == ["a", "b", "c"])
    expectError(field: "graph.node[0] 'a'", found: "a cycle: 2 nodes", expected: "made before") {
      _ = try model([("a", ["b"], ["a"]), ("b", ["a"], ["b"]), ("c", ["x"], ["y"])])
    }
    expectError(field: "node[0]", found: "a cycle: 1") { _ = try model([("a", ["y"], ["y"])]) }
    expectError(field: "graph.node[1] 'b', output", found: "'a' twice") {
      _ = try model([("a", ["x"], ["a"]), ("b", ["a"], ["a"])])
    }
    expectError(field: "output", found: "'x' twice") { _ = try model([("a", ["x"], ["x"])]) }
    let error = expectError(field: "graph.node[0] 'a', input", found: "'xx'", expected: "an input") {
      _ = try model([("a", ["xx"], ["y"])])
    }
    #expect(error?.hint?.contains("'x'") ?? false)
    expectError(field: "graph.output", found: "'y'") { _ = try model([("a", ["x"], ["z"])]) }
  }

  @Test func tensorsThatAreNotWhatTheySayAreRefused() throws {
    func refuse(
      code: VitroError.Code = .malformed, _ contents: [UInt8], field: String, found: String, expected: String = ""
    ) throws {
      let file = try bytes(contents)
      expectError(code, field: field, found: found, expected: expected) { _ = try ONNXModel(file) }
    }
    let eight = [UInt8](repeating: 0, count: 8)
    #expect(try ONNXModel(bytes(tensor(part(9, eight)))).initializers[0].array.shape == [2])
    try refuse(
      tensor(part(9, [0, 0, 0])), field: "'w', raw_data", found: "3 bytes", expected: "8 bytes for float32 [2]")
    try refuse(tensor(part(4, eight + [0, 0, 0, 0])), field: "float_data", found: "3 elements", expected: "2 elements")
    try refuse(tensor([]), field: "float_data", found: "0 elements")
    try refuse(tensor(part(9, eight), dims: [-2]), field: "'w', dims", found: "[-2]", expected: "not negative")
    try refuse(
      tensor(part(9, eight), dims: [1 << 40, 1 << 40]), field: "dims", found: "[1099511627776", expected: "overflow")
    try refuse(tensor(part(9, []), dims: [0, 1 << 62, 4]), field: "dims", found: "[0, ")
    try refuse(tensor(part(9, eight), type: 99), field: "data_type", found: "99", expected: "1 to 28")
    try refuse(tensor(part(9, eight), type: 0), field: "data_type", found: "0")
    try refuse(
      code: .unsupported, tensor(part(6, "a"), type: 8), field: "data_type", found: "string", expected: "float32")
    try refuse(code: .unsupported, tensor(part(9, eight), type: 17), field: "data_type", found: "float8e4m3fn")
    try refuse(tensor(part(5, varint(1) + varint(300)), type: 2), field: "element 1", found: "no uint8")
    try refuse(tensor(part(11, varint(1) + varint(-1)), type: 13), field: "element 1", found: "no uint64")
    try refuse(
      code: .unsupported, tensor(part(13, part(1, "location") + part(2, "weights.bin")) + part(14, 1)), field: "'w'",
      found: "external data in 'weights.bin'", expected: "in the file itself")
    try refuse(code: .unsupported, tensor(part(3, [])), field: "'w'", found: "segment")
    try refuse(code: .unsupported, model(part(15, [])), field: "sparse_initializer", found: "1 sparse")
    try refuse(code: .unsupported, model([]) + part(25, []), field: "functions", found: "1 function")
    try refuse(model(part(5, part(8, "w"))), field: "data_type", found: "0")
    try refuse(part(1, 8), field: "graph", found: "none")
    try refuse([], field: "size", found: "empty")
  }

  @Test func brokenMessagesAreBlamedByTheirPlace() throws {
    func refuse(_ contents: [UInt8], field: String, found: String) throws {
      let file = try bytes(contents)
      expectError(field: field, found: found) { _ = try ONNXModel(file) }
    }
    let node = part(1, part(4, "Relu") + part(5, part(1, "a") + varint(4 << 3 | 2) + varint(1000)))
    try refuse(model(part(1, part(4, "Relu")) + node), field: "graph.node[1].attribute[0].s", found: "beyond the end")
    try refuse(model(part(1, varint(4 << 3) + varint(3))), field: "graph.node[0].op_type", found: "wire type 0")
    try refuse(model(part(1, [])), field: "graph.node[0] '', op_type", found: "none")
    try refuse(model([]) + part(7, []), field: "graph", found: "twice")
    try refuse([0xff, 0xff], field: "model", found: "no field at byte 0 of 2")
    try refuse([0x0b], field: "model", found: "no field")
    try refuse(part(1, 8) + [0x08] + [UInt8](repeating: 0xff, count: 11), field: "ir_version", found: "does not end")
    try refuse(part(99, "a").dropLast() + [], field: "field 99", found: "does not end")
    try refuse(model(part(1, part(4, [0xff, 0xfe]))), field: "model", found: "not UTF-8")
    try refuse(model(part(5, part(7, [0x80]))), field: "graph.initializer[0].int64_data", found: "does not end")
    let pieces = (0..<70).flatMap { _ in part(7, [1]) }
    try refuse(model(part(5, pieces)), field: "graph.initializer[0].int64_data", found: "more than 64 pieces")
    let shape = part(11, part(1, "x") + part(2, part(1, part(1, 1) + part(2, part(1, part(1, -7))))))
    try refuse(model(shape), field: "input 'x', shape", found: "-7")
    try refuse(model([]) + part(8, part(2, 3)), field: "opset_import", found: "'' twice")
    try refuse(part(1, 8) + part(7, []) + part(8, part(2, -3)), field: "opset_import", found: "version -3")
    let twice = part(1, part(4, "Op") + part(5, part(1, "a") + part(3, 1)) + part(5, part(1, "a") + part(3, 1)))
    try refuse(model(twice), field: "attribute 'a'", found: "twice")
    try refuse(model([]) + part(14, part(1, "k")) + part(14, part(1, "k")), field: "metadata_props", found: "'k' twice")
  }

  @Test func modelsAreRecognizedByTheirFieldsOrTheirName() throws {
    let sample = try fixture("all_types.onnx").all
    #expect(try ArrayFile.read(bytes(sample, name: "test file")).format == .onnx)
    #expect(try ArrayFile.read(bytes(sample, name: "test file")).array(named: "float64.raw").dtype == .float64)
    expectError(field: "graph", file: "broken.onnx") { _ = try ArrayFile.read(bytes(part(1, 8), name: "broken.onnx")) }
    expectError(.unsupported, field: "format", expected: "ONNX") { _ = try ArrayFile.read(bytes(part(1, 8))) }
  }

  @Test func fieldsThatAreNotReadArePassedOver() throws {
    // Training information, a node's documentation, and fields that no version has.
    let contents =
      model(part(1, part(4, "Relu") + part(6, "what it does") + part(2, "y")) + part(2, "g")) + part(20, "x")
      + part(900, 7)
    let read = try ONNXModel(bytes(contents))
    #expect(read.name == "g" && read.nodes.map(\.operation) == ["Relu"])
  }
}

/// Small files that would unfold into large objects.
@Suite(.serialized) struct ONNXMemoryTests {
  /// Messages of few bytes, repeated.
  static let bombs: [(name: String, piece: [UInt8], wrap: @Sendable ([UInt8]) -> [UInt8])] = [
    ("nodes", part(1, []), { model($0) }), ("tensors", part(5, []), { model($0) }),
    ("inputs", part(11, []), { model($0) }),
    ("attributes", part(5, []), { model(part(1, $0)) }),
    ("attributes with settings", part(5, part(3, 1)), { model(part(1, $0)) }),
    ("names", part(1, ""), { model(part(1, part(4, "Op") + $0)) }),
    ("outputs", part(2, ""), { model(part(1, part(4, "Op") + $0)) }),
    ("texts", part(9, ""), { model(part(1, part(4, "Op") + part(5, $0))) }),
    ("numbers", [1], { model(part(1, part(4, "Op") + part(5, part(8, $0)))) }),
    ("separate numbers", part(8, 1), { model(part(1, part(4, "Op") + part(5, $0))) }),
    ("elements", [1], { model(part(5, part(7, $0))) }), ("dims", [1], { model(part(5, part(1, $0))) }),
    ("axes", part(1, []), { model(part(11, part(2, part(1, part(2, $0))))) }),
    ("properties", part(14, []), { model([]) + $0 }), ("opsets", part(8, []), { model([]) + $0 }),
    ("functions", part(25, []), { model([]) + $0 }), ("sparse tensors", part(15, []), { model($0) }),
    ("external data", part(13, []), { model(part(5, $0)) }),
  ]

  @Test(arguments: bombs.map(\.name)) func manySmallPartsTakeLittleMemory(_ name: String) throws {
    let bomb = try #require(Self.bombs.first { $0.name == name })
    for size in [150_000, 6_000_000] {
      let repeated = [[UInt8]](repeating: bomb.piece, count: size / bomb.piece.count).joined()
      let file = try bytes(bomb.wrap(Array(repeated)))
      let growth = ProcessMemory.peakGrowth {
        do { _ = try ONNXModel(file) } catch { #expect(error is VitroError) }
      }
      #expect(growth <= 3 * file.count + (40 << 20), "\(size): \(growth >> 20) MiB")
    }
  }

  @Test func aLargeArrayTakesTwiceTheFile() throws {
    let contents = try ONNXModel(
      name: "g", inputs: [], outputs: [], nodes: [],
      initializers: [
        ("w", RawArray(dtype: .float32, shape: [8 << 20]) { $0.initializeMemory(as: UInt8.self, repeating: 0) })
      ]
    ).encode()
    let file = try bytes(contents)
    var read: ONNXModel?
    let growth = try ProcessMemory.peakGrowth { read = try ONNXModel(file) }
    #expect(read?.initializers[0].array.count == 8 << 20)
    #expect(growth <= 2 * file.count + (8 << 20), "\(growth >> 20) MiB")
  }
}
