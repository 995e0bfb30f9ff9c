import Testing
import VitroCore
import VitroFormats

@Suite struct ArrayFileTests {
  @Test func formatsAreRecognizedWhateverTheNameSays() throws {
    let image = try array(.uint8, [2, 2], [1, 2, 3, 4])
    let cases: [(ArrayFile.Format, [UInt8])] = try [
      (.safetensors, Safetensors.encode([("a", image)])), (.npy, NPY.encode(image)), (.npz, NPZ.encode([("a", image)])),
      (.idx, IDX.encode(image)), (.idx, Gzip.compress(IDX.encode(image))), (.png, PNG.encode(image)),
      (.csv, Array("a,b\n1,2\n".utf8)), (.csv, Gzip.compress(Array("a,b\n1,2\n".utf8))),
    ]
    for (format, contents) in cases {
      let file = try ArrayFile.read(bytes(contents, name: "some/folder/test file.dat"))
      #expect(file.format == format)
      #expect(file.arrays.first?.name == (["a", "test file"].contains(file.arrays[0].name) ? file.arrays[0].name : ""))
    }
    #expect(throws: VitroError.self) { try ArrayFile.read(bytes(cases[1].1)).array(named: "nothing") }
  }

  @Test func otherFormatsAreRefusedWithTheOnesThatAreRead() throws {
    for contents in ["\u{89}HDF....", "{\"json\": 1, \"x\": 2}", "PAR1", "%PDF-1.7", "one word"] {
      let error = expectError(.unsupported, field: "format", expected: "safetensors") {
        _ = try ArrayFile.read(bytes(contents.unicodeScalars.map { UInt8($0.value) }))
      }
      #expect(error?.hint?.contains("IDX") == true)
    }
    expectError(field: "size", found: "empty") { _ = try ArrayFile.read(bytes([])) }
    expectError(.unsupported, field: "format", found: "gzip") {
      _ = try ArrayFile.read(bytes(Gzip.compress([1, 0, 2])))
    }
  }

  @Test func picklesAreNeverOpenedButConvertible() throws {
    var archive: [UInt8] = try NPZ.encode([("model/data", array(.uint8, [1], [1]))])
    for start in archive.indices where archive[start...].starts(with: "data.npy".utf8) {
      archive.replaceSubrange(start..<(start + 8), with: Array("data.pkl".utf8))
    }
    for contents in [archive, [0x80, 2, 0x8a, 10]] {
      let error = expectError(.unsupported, field: "format", found: "pickle", file: "it's.pt") {
        _ = try ArrayFile.read(bytes(contents, name: "it's.pt"))
      }
      #expect(error?.hint?.contains("weights_only=True") == true)
      #expect(error?.hint?.hasSuffix("'it'\\''s.pt' 'it'\\''s.safetensors'") == true)
    }
  }
}
