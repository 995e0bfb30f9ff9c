import Foundation
import Testing
import VitroCore
import VitroFormats

/// What the reference implementations wrote (Tests/References/formats.py), read here; and the other way round.
@Suite struct ReferenceTests {
  struct Expected: Decodable {
    var dtype: DType
    var shape: [Int]
    var values: [String]
  }

  static let expected: [String: [String: Expected]] = {
    guard let contents = try? fixture("expected.json").all else { return [:] }
    return (try? JSONDecoder().decode([String: [String: Expected]].self, from: Data(contents))) ?? [:]
  }()

  @Test func everyFixtureIsListed() {
    #expect(ReferenceTests.expected.count == 46)
  }

  @Test(arguments: expected.keys.sorted())
  func `files of the reference implementations give their values`(name: String) throws {
    let wanted = try #require(ReferenceTests.expected[name])
    let file = try ArrayFile.read(fixture(name))
    #expect(Set(file.arrays.map(\.name)) == Set(wanted.keys))
    for (key, array) in file.arrays {
      let expected = try #require(wanted[key])
      #expect(array.dtype == expected.dtype, "\(key)")
      #expect(array.shape == expected.shape, "\(key)")
      guard array.dtype != .int64 else {
        let values = array.withBytes { Array($0.assumingMemoryBound(to: Int64.self)) }
        #expect(values.map(String.init) == expected.values, "\(key)")
        continue
      }
      let values = expected.values.compactMap { Double($0) }
      #expect(values.count == array.count)
      for (found, value) in zip(array.numbers, values) {
        let isSame = found.bitPattern == value.bitPattern || (found.isNaN && value.isNaN)
        #expect(isSame, "\(key): \(found) instead of \(value)")
      }
    }
  }

  @Test func safetensorsAreWrittenByteForByteAsTheReferenceDoes() throws {
    let file = try SafetensorsFile(fixture("native.safetensors"))
    let arrays = try file.names.reversed().map { (name: $0, array: try file.array(named: $0)) }
    #expect(try Safetensors.encode(arrays, metadata: file.metadata) == fixture("native.safetensors").all)
  }

  @Test(arguments: [
    "c_bool", "c_uint8", "c_int32", "c_int64", "c_float16", "c_float32", "c_float64", "scalar", "empty", "vector",
  ])
  func `npy files are written byte for byte as NumPy does`(name: String) throws {
    let file = try fixture("\(name).npy")
    #expect(try NPY.encode(NPY.read(file)) == file.all)
  }

  @Test(arguments: IDX.Element.allCases)
  func `IDX files are written back byte for byte`(element: IDX.Element) throws {
    let file = try fixture("idx_\(element)")
    #expect(try IDX.encode(IDX.read(file), storedAs: element) == file.all)
  }

  @Test func theTableOfTheReferenceKeepsItsTexts() throws {
    for name in ["quoted.csv", "quoted.tsv", "quoted_semicolon.csv"] {
      let table = try CSVTable(fixture(name))
      #expect(table.columns == ["name", "x", "note", "n"])
      #expect(try table.strings("name") == ["Ann, the first", "two\nlines", " spaces ", ""])
      #expect(try table.strings("note") == ["says \"hi\"", "", "é日本", "crlf\r\nhere"])
      #expect(try ArrayFile.read(fixture(name)).textColumns == ["name", "note"])
    }
  }
}
