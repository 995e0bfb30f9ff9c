import Testing
import VitroCore
import VitroFormats

@Suite struct IDXTests {
  @Test func everyTypeAndShapeComesBackPlainAndCompressed() throws {
    try withTemporaryFolder { folder in
      for (name, array) in try sampleArrays() where [.uint8, .int32, .float32, .float64].contains(array.dtype) {
        for ending in ["", ".gz"] {
          let path = "\(folder)/\(name)\(ending)"
          try IDX.write(array, to: path)
          #expect(try Gzip.recognizes(FileBytes(path: path).all) == (ending == ".gz"))
          expectSame(try IDX.read(path), array)
        }
      }
    }
  }

  @Test func valuesThatDoNotFitANarrowTypeAreRefused() throws {
    let wide = try array(.int32, [2], of: [Int32(-5), 300])
    #expect(try IDX.read(bytes(IDX.encode(wide, storedAs: .int16))).numbers == [-5, 300])
    let error = #expect(throws: VitroError.self) { try IDX.encode(wide, storedAs: .int8) }
    #expect(error?.details["found"] == "300")
    #expect(throws: VitroError.self) { try IDX.encode(array(.float32, [1], of: [Float(1)]), storedAs: .uint8) }
    #expect(throws: VitroError.self) { try IDX.encode(array(.bfloat16, [1], [0, 0])) }
    #expect(throws: VitroError.self) { try IDX.encode(array(.uint8, [Int](repeating: 1, count: 9), [0])) }
  }

  @Test func headersThatLieAreRefused() throws {
    let cases: [(bytes: [UInt8], field: String, found: String, expected: String)] = [
      ([], "magic", "empty", "zero bytes"), ([0, 0, 8], "magic", "[0, 0, 8]", "zero bytes"),
      ([1, 0, 8, 1, 0, 0, 0, 0], "magic", "[1, 0, 8, 1]", "zero bytes"),
      ([0, 0, 10, 1, 0, 0, 0, 0], "type", "code 10", "uint8"),
      ([0, 0, 8, 9], "number of axes", "9", "8"), ([0, 0, 8, 2, 0, 0, 0, 1], "shape", "4 bytes", "8 bytes"),
      ([0, 0, 8, 1, 0, 0, 0, 3, 1, 2], "shape", "3 bytes", "2 bytes"),
      ([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], "shape", "1 bytes", "2 bytes"),
      ([0, 0, 14, 3] + [UInt8](repeating: 255, count: 12), "shape", "4294967295", "overflow"),
      ([0, 0, 8, 1, 0x3b, 0x9a, 0xca, 0], "shape", "1000000000", "0 bytes"),
    ]
    for (contents, field, found, expected) in cases {
      expectError(field: field, found: found, expected: expected) { _ = try IDX.read(bytes(contents)) }
    }
  }

  @Test func compressedDataThatLieAreRefused() throws {
    let sound = try Gzip.compress(IDX.encode(array(.uint8, [4], [1, 2, 3, 4])))
    for count in 4..<sound.count { expectError(field: "") { _ = try IDX.read(bytes(sound[..<count])) } }
    var damaged = sound
    damaged[sound.count - 5] ^= 1
    expectError(field: "gzip data", found: "incorrect") { _ = try IDX.read(bytes(damaged)) }
    let long = try Gzip.compress([0, 0, 8, 1, 0, 0, 0, 1, 5, 5])
    expectError(field: "shape", found: "more bytes", expected: "nothing after") { _ = try IDX.read(bytes(long)) }
    let short = try Gzip.compress([0, 0, 8, 1, 0, 0, 0, 3, 5, 5])
    expectError(field: "shape", found: "2 bytes", expected: "3 bytes") { _ = try IDX.read(bytes(short)) }
    expectError(field: "gzip data", found: "2 more bytes") { _ = try IDX.read(bytes(sound + [1, 2])) }
  }

  @Test func severalGzipMembersAreOneStream() throws {
    let whole = try IDX.encode(array(.uint8, [4], [1, 2, 3, 4]))
    let parts = try Gzip.compress(whole[..<6]) + Gzip.compress([]) + Gzip.compress(whole[6...]) + [0, 0, 0]
    #expect(try IDX.read(bytes(parts)).all == [1, 2, 3, 4])
  }
}
