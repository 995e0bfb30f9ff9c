import Foundation
import Testing
import VitroCore
import VitroFormats

@Suite struct SafetensorsCollectionTests {
  private static let first = "model-00001-of-00002.safetensors"
  private static let second = "model-00002-of-00002.safetensors"

  private func number(_ value: Float) throws -> RawArray { try array(.float32, [1], of: [value]) }

  /// Writes two files with a, b and c, d and an index with these entries.
  private func write(_ entries: String, in folder: String) throws {
    try Safetensors.write([("a", number(1)), ("b", number(2))], to: "\(folder)/\(Self.first)")
    try Safetensors.write([("c", number(3)), ("d", number(4))], to: "\(folder)/\(Self.second)")
    let index = "{\"metadata\": {\"total_size\": 16}, \"weight_map\": {\(entries)}}"
    try AtomicFile.write(Array(index.utf8), to: "\(folder)/model.safetensors.index.json")
  }

  private func entry(_ name: String, _ file: String) -> String { "\"\(name)\": \"\(file)\"" }

  private var sound: String {
    [entry("c", Self.second), entry("a", Self.first), entry("b", Self.first)].joined(separator: ", ")
  }

  @Test func shardsAreReadAsOne() throws {
    try withTemporaryFolder { folder in
      try write(sound, in: folder)
      for path in [folder, folder + "/", "\(folder)/model.safetensors.index.json"] {
        let collection = try SafetensorsCollection(path)
        #expect(collection.names == ["c", "a", "b"])
        #expect(try ["a", "b", "c"].map { try collection.array(named: $0).numbers } == [[1], [2], [3]])
        #expect(try collection.stored("c").values(as: .float64).numbers == [3])
        #expect(try collection.info("b").shape == [1])
        #expect(collection.files.count == 2)
        let error = #expect(throws: VitroError.self) { try collection.array(named: "aa") }
        #expect(error?.code == .argument && error?.hint == "Did you mean 'a'?")
      }
    }
  }

  @Test func oneFileIsACollectionToo() throws {
    try withTemporaryFolder { folder in
      try write(sound, in: folder)
      try Safetensors.write([("x", number(5))], to: "\(folder)/model.safetensors")
      // As Hugging Face does, the single file before the index.
      for path in [folder, "\(folder)/model.safetensors"] {
        #expect(try SafetensorsCollection(path).names == ["x"])
        #expect(try SafetensorsCollection(path).array(named: "x").numbers == [5])
      }
      #expect(try SafetensorsCollection("\(folder)/\(Self.first)").names == ["a", "b"])
    }
  }

  @Test func anIndexThatIsNotTrueIsRefused() throws {
    let cases: [(entries: String, field: String, found: String, expected: String)] = [
      (entry("a", Self.second) + ", " + entry("b", Self.first), "'a'", "the tensor in 'model-00001", "alone"),
      (sound + ", " + entry("e", Self.first), "'e'", "no such tensor in 'model-00001", "there"),
      (sound + ", " + entry("a", Self.first), "weight_map", "'a' twice", "once"),
      (entry("a", "../\(Self.first)"), "'a'", "'../model", "same folder"),
      (entry("a", "/etc/x.safetensors"), "'a'", "'/etc", "same folder"),
      (entry("a", "..\\\\x.safetensors"), "'a'", "x.safetensors", "same folder"),
      (entry("a", ".safetensors"), "'a'", "'.safetensors'", "same folder"),
      (entry("a", ""), "'a'", "''", "same folder"), (entry("a", "x.json"), "'a'", "'x.json'", "same folder"),
      ("\"a\": 1", "byte", "'1", "a string"), (sound + "}, \"weight_map\": {", "index", "'weight_map' twice", "once"),
    ]
    for (entries, field, found, expected) in cases {
      try withTemporaryFolder { folder in
        try write(entries, in: folder)
        expectError(field: field, found: found, expected: expected, file: "index.json") {
          _ = try SafetensorsCollection(folder)
        }
      }
    }
    try withTemporaryFolder { folder in
      let index = "\(folder)/model.safetensors.index.json"
      try AtomicFile.write(Array("{\"metadata\": {}}".utf8), to: index)
      expectError(field: "index", found: "no 'weight_map'", file: index) { _ = try SafetensorsCollection(folder) }
    }
  }

  @Test func whatIsNotThereIsSaid() throws {
    try withTemporaryFolder { folder in
      expectError(.file, field: "", expected: "model.safetensors", file: folder) {
        _ = try SafetensorsCollection(folder)
      }
      try write(entry("a", "model-3.safetensors"), in: folder)
      let error = #expect(throws: VitroError.self) { try SafetensorsCollection(folder) }
      #expect(error?.code == .file && error?.details["file"] == "\(folder)/model-3.safetensors")
    }
  }

  @Test func picklesAreRefusedWithTheLineThatConvertsThem() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write([0x80, 2], to: "\(folder)/pytorch_model.bin")
      let error = #expect(throws: VitroError.self) { try SafetensorsCollection(folder) }
      #expect(error?.code == .unsupported)
      #expect(error?.hint?.hasSuffix(" '\(folder)/pytorch_model.bin' '\(folder)/model.safetensors'") == true)
      try write(entry("a", "pytorch_model-1.bin"), in: folder)
      let second = #expect(throws: VitroError.self) { try SafetensorsCollection(folder) }
      #expect(second?.hint?.hasSuffix("'\(folder)/pytorch_model-1.safetensors'") == true)
    }
    let pickle = try bytes([0x80, 4, 0x95], name: "it's.pt")
    #expect(PyTorchPickle.recognizes(pickle))
    #expect(PyTorchPickle.refusal(of: "it's.pt").hint?.hasSuffix("'it'\\''s.pt' 'it'\\''s.safetensors'") == true)
    let archive = try NPZ.encode([("a", number(1))])
    #expect(try !PyTorchPickle.recognizes(bytes(archive)))
  }
}
