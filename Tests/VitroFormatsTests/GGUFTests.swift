import Testing
import VitroCore
import VitroFormats

@Suite struct GGUFTests {
  @Test func tensorsHaveTheValuesOfTheReferenceImplementation() throws {
    let file = try GGUFFile(fixture("types.gguf"))
    let expected = try SafetensorsFile(fixture("types.safetensors"))
    #expect(Set(file.names) == Set(expected.names + ["bf16"]))
    for name in expected.names { expectSame(try file.array(named: name), try expected.array(named: name)) }
    let (bfloat, plain) = (try file.array(named: "bf16"), try expected.array(named: "f32"))
    #expect(bfloat.dtype == .bfloat16 && bfloat.shape == [2, 3])
    #expect(zip(bfloat.numbers, plain.numbers).allSatisfy { abs($0 - $1) <= abs($1) / 128 })
  }

  @Test func everyQuantizationIsAmongTheFixtures() throws {
    let types = try GGUFFile(fixture("types.gguf")).tensors.map(\.storedType)
    #expect(Set(BlockQuantization.allCases.map(\.rawValue)).isSubset(of: types))
    for type in BlockQuantization.allCases { #expect(type.blockBytes > type.blockLength / 8) }
  }

  @Test func shapesAreRowMajorAndElementsShareTheFilesMemory() throws {
    let file = try GGUFFile(fixture("types.gguf"))
    #expect(try file.info("f32").shape == [2, 3])
    #expect(try file.info("q4_1").shape == [3, 64])
    #expect(try file.info("q4_1").storedType == "Q4_1" && file.info("q4_1").dtype == .float32)
    for name in ["f32", "f16", "f64", "bf16", "i32", "i64"] {
      #expect(try file.array(named: name).buffer === file.file.buffer, "\(name)")
    }
    let error = #expect(throws: VitroError.self) { try file.array(named: "q4_2") }
    #expect(error?.code == .argument && error?.hint?.hasPrefix("Did you mean 'q4_") == true)
  }

  @Test func metadataOfEveryTypeIsRead() throws {
    let file = try GGUFFile(fixture("types.gguf"))
    #expect(file.version == 3)
    #expect(try file.string("general.architecture") == "llama")
    for (key, value) in [
      ("uint8", 255), ("int8", -128), ("uint16", 65535), ("int16", -32768), ("uint32", 1 << 32 - 1),
      ("int32", -(1 << 31)), ("uint64", Int.max), ("int64", Int.min),
    ] { #expect(try file.integer("a.\(key)") == value, "\(key)") }
    #expect(try file.number("a.huge") == 0x1p64)
    #expect(try file.number("a.float32") == Double(Float(0.1)))
    #expect(try file.number("a.float64") == 0.1)
    #expect(try file.number("a.int8") == -128)
    #expect(try file.boolean("a.true") && !file.boolean("a.false"))
    #expect(try file.string("a.text") == "größe \u{1f600}\n")
    #expect(try file.strings("a.texts") == ["<s>", "", "\u{120}the", "日本"])
    #expect(try file.integers("a.integers") == [3, -1, 2])
    #expect(try file.numbers("a.integers") == [3, -1, 2])
    #expect(try file.numbers("a.numbers") == [0.5, -2])
    guard case .list(let nested) = file.metadata["a.nested"] else { return #expect(Bool(false), "no list") }
    #expect(nested.type == .list && nested.count == 2)
  }

  @Test func aMissingOrOtherValueIsNamed() throws {
    let file = try GGUFFile(bytes(fixture("types.gguf").all))
    expectError(field: "'no.such'", found: "no such key", expected: "a whole number") {
      _ = try file.integer("no.such")
    }
    expectError(field: "'a.text'", found: "the text 'größe", expected: "a number") { _ = try file.number("a.text") }
    expectError(field: "'a.int8'", found: "-128", expected: "a text") { _ = try file.string("a.int8") }
    expectError(field: "'a.texts'", found: "a list of texts", expected: "whole numbers") {
      _ = try file.integers("a.texts")
    }
    expectError(field: "'a.integers'", found: "a list of int32", expected: "texts") {
      _ = try file.strings("a.integers")
    }
    expectError(field: "'a.nested'", found: "a list of lists", expected: "numbers") { _ = try file.numbers("a.nested") }
    #expect(try file.integer("no.such", default: 7) == 7)
    #expect(try file.boolean("no.such", default: true))
    #expect(try file.string("no.such", default: "x") == "x")
    #expect(try file.number("no.such", default: 0.5) == 0.5)
  }

  @Test func filesThatLieAreRefused() throws {
    let tensor = GGUFBytes.Tensor("t", [2, 3], 0, 0)
    let sound = GGUFBytes(tensors: [tensor], data: 24)
    #expect(try GGUFFile(sound.file()).array(named: "t").shape == [3, 2])
    let cases: [(GGUFBytes, field: String, found: String, expected: String)] = [
      (sound.with { $0.magic = "GGML" }, "magic", "'GGML'", "'GGUF'"),
      (sound.with { $0.data = 23 }, "'t'", "24 bytes", "within the 23"),
      (sound.with { $0.tensorCount = .max }, "number of tensors", "18446744073709551615", "room"),
      (sound.with { $0.keyCount = 1 << 40 }, "number of metadata keys", "1099511627776", "room"),
      (sound.with { $0.tensors[0].offset = 32 }, "'t'", "24 bytes at 32", "within"),
      (sound.with { $0.tensors[0].offset = 8 }, "offset", "8", "multiple of 32"),
      (sound.with { $0.tensors[0].offset = .max }, "offset", "18446744073709551615", "at most"),
      (sound.with { $0.tensors[0].dimensions = [1, 1, 1, 1, 1] }, "number of axes", "5", "at most 4"),
      (sound.with { $0.tensors[0].dimensions = [1 << 62, 4] }, "shape", "4611686018427387904", "overflow"),
      (sound.with { $0.tensors[0].dimensions = [1 << 63] }, "shape", "9223372036854775808", "below"),
      (sound.with { $0.tensors[0].type = 2 }, "shape", "[3, 2]", "multiple of the 32"),
      (sound.with { $0.tensors.append(tensor) }, "'t'", "an overlap with", "its own"),
      (
        sound.with { $0.tensors.append(GGUFBytes.Tensor("t", [0], 0, 0)) }, "tensors", "'t' twice", "once"
      ),
      (sound.with { $0.add("k", 4, [1, 0, 0, 0], times: 2) }, "metadata", "'k' twice", "once"),
      (sound.with { $0.add("general.alignment", 4, [3, 0, 0, 0]) }, "alignment", "3", "a power of two"),
      (sound.with { $0.add("k", 13, []) }, "type", "13", "0 to 12"),
      (sound.with { $0.add("k", 7, [2]) }, "'k'", "2", "0 or 1"),
      (sound.with { $0.add("k", 8, [1, 0, 0, 0, 0, 0, 0, 0, 0xff]) }, "'k'", "", "valid UTF-8"),
      (sound.with { $0.add("k", 9, [8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }, "length of the list", "", "room"),
    ]
    for (damaged, field, found, expected) in cases {
      expectError(field: field, found: found, expected: expected) { _ = try GGUFFile(damaged.file()) }
    }
  }

  @Test func otherVersionsAreRefusedByName() throws {
    let sound = GGUFBytes(tensors: [], data: 0)
    let old = expectError(.unsupported, field: "version", found: "version 1", expected: "2 or 3") {
      _ = try GGUFFile(sound.with { $0.version = 1 }.file())
    }
    #expect(old?.hint?.contains("convert") == true)
    expectError(.unsupported, field: "version", found: "big-endian file of version 3", expected: "little") {
      _ = try GGUFFile(sound.with { $0.version = UInt32(3).byteSwapped }.file())
    }
    #expect(try GGUFFile(sound.with { $0.version = 2 }.file()).version == 2)
  }

  @Test func typesThatCannotBeReadAreListed() throws {
    let unread = GGUFBytes(tensors: [.init("t", [256], 17, 0)], data: 74)
    let file = try GGUFFile(unread.file())
    #expect(try file.info("t").storedType == "IQ2_XS" && file.info("t").dtype == nil)
    expectError(.unsupported, field: "'t'", found: "IQ2_XS", expected: "Q4_1") { _ = try file.array(named: "t") }
    expectError(.unsupported, field: "'t'", found: "type number 99", expected: "Q4_1") {
      _ = try GGUFFile(unread.with { $0.tensors[0].type = 99 }.file())
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let sound = try fixture("types.gguf").all
    for count in stride(from: 0, to: sound.count - 64, by: 5) {
      expectError(field: "") { _ = try GGUFFile(bytes(sound[..<count])) }
    }
  }

  @Test func listsInListsDoNotExhaustTheStack() throws {
    let level: [UInt8] = [9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    let deep = GGUFBytes(tensors: [], data: 0).with { $0.add("k", 9, Array((0..<100_000).map { _ in level }.joined())) }
    expectError(field: "'k'", found: "levels", expected: "4") { _ = try GGUFFile(deep.file()) }
  }

  @Test func aFileForArraysIsPointedToWhereModelsAreOpened() throws {
    let error = expectError(.unsupported, field: "format", found: "a GGUF model") {
      _ = try ArrayFile.read(GGUFBytes(tensors: [], data: 0).file())
    }
    #expect(error?.hint == "Open it as a model: vitro model inspect 'test file'")
  }
}

/// A GGUF file in parts, to be written as it should not be.
struct GGUFBytes {
  struct Tensor {
    var name: String
    var dimensions: [UInt64]
    var type: UInt32
    var offset: UInt64

    init(_ name: String, _ dimensions: [UInt64], _ type: UInt32, _ offset: UInt64) {
      (self.name, self.dimensions, self.type, self.offset) = (name, dimensions, type, offset)
    }
  }

  var magic = "GGUF"
  var version: UInt32 = 3
  var tensors: [Tensor]
  var data: Int
  var tensorCount: UInt64?
  var keyCount: UInt64 = 0
  var metadata: [UInt8] = []

  init(tensors: [Tensor], data: Int) { (self.tensors, self.data) = (tensors, data) }

  func with(_ change: (inout GGUFBytes) -> Void) -> GGUFBytes {
    var result = self
    change(&result)
    return result
  }

  mutating func add(_ key: String, _ type: UInt32, _ value: [UInt8], times: UInt64 = 1) {
    for _ in 0..<times { metadata += text(key) + number(type) + value }
    keyCount += times
  }

  func file() throws -> FileBytes {
    var result = Array(magic.utf8) + number(version) + number(tensorCount ?? UInt64(tensors.count)) + number(keyCount)
    result += metadata
    for tensor in tensors {
      result += text(tensor.name) + number(UInt32(tensor.dimensions.count)) + tensor.dimensions.flatMap { number($0) }
      result += number(tensor.type) + number(tensor.offset)
    }
    result += [UInt8](repeating: 0, count: (32 - result.count % 32) % 32 + data)
    return try bytes(result)
  }

  private func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count)) + Array(text.utf8) }

  private func number<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
