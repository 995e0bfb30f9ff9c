import Testing
import VitroCore
import VitroFormats

@Suite struct SafetensorsTests {
  /// A file with this header and so many bytes of data.
  private func file(_ header: String, data: Int = 0, length: UInt64? = nil) throws -> FileBytes {
    let text = Array(header.utf8)
    let start = withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) }
    return try bytes(start + text + [UInt8](repeating: 1, count: data))
  }

  private func tensor(_ type: String, _ shape: String, _ offsets: String) -> String {
    "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  @Test func everyTypeAndShapeComesBack() throws {
    let arrays = try sampleArrays()
    try withTemporaryFolder { folder in
      let path = folder + "/all.safetensors"
      try Safetensors.write(arrays, metadata: ["a": "b\u{1}\"", "é": "\u{10ffff}"], to: path)
      let opened = try SafetensorsFile(path)
      #expect(opened.metadata == ["a": "b\u{1}\"", "é": "\u{10ffff}"])
      #expect(Set(opened.names) == Set(arrays.map(\.name)))
      for (name, array) in arrays { expectSame(try opened.array(named: name), array) }
    }
  }

  @Test func aMappedFileGivesTheSameArraysWithoutCopyingThem() throws {
    let arrays = try sampleArrays()
    try withTemporaryFolder { folder in
      let path = folder + "/all.safetensors"
      try Safetensors.write(arrays, to: path)
      let mapped = try SafetensorsFile(path, limits: FormatLimits(mappingThreshold: 1))
      #expect(!mapped.file.buffer.isWritable)
      for (name, array) in arrays { expectSame(try mapped.array(named: name), array) }
      #expect(try mapped.array(named: "float32_2_3").buffer === mapped.file.buffer)
    }
  }

  @Test func theSameArraysInAnyOrderGiveTheSameBytes() throws {
    let arrays = try sampleArrays()
    #expect(try Safetensors.encode(arrays) == Safetensors.encode(arrays.reversed()))
    #expect(try Safetensors.encode(arrays).prefix(8).first.map { $0 % 8 } == 0)
  }

  @Test func anUnknownNameIsMetWithTheNearestOne() throws {
    let opened = try SafetensorsFile(bytes(Safetensors.encode([("embed.weight", array(.uint8, [1], [7]))])))
    let error = #expect(throws: VitroError.self) { try opened.array(named: "embed.wieght") }
    #expect(error?.code == .argument)
    #expect(error?.hint == "Did you mean 'embed.weight'?")
  }

  @Test func misalignedTensorsAreCopied() throws {
    let header = "{\"a\":\(tensor("U8", "[1]", "[0,1]")),\"b\":\(tensor("F32", "[1]", "[1,5]"))}"
    let opened = try SafetensorsFile(file(header, data: 5))
    #expect(try opened.array(named: "b").all == [1, 1, 1, 1])
  }

  @Test func typesWithoutAnArrayAreListedButNotRead() throws {
    let opened = try SafetensorsFile(file("{\"a\":\(tensor("F8_E4M3", "[2]", "[0,2]"))}", data: 2))
    #expect(try opened.info("a").dtype == nil)
    expectError(.unsupported, field: "dtype", found: "F8_E4M3", expected: "F32") { _ = try opened.array(named: "a") }
  }

  @Test func aUInt64AboveTheRangeOfInt64IsRefused() throws {
    var contents = try file("{\"a\":\(tensor("U64", "[1]", "[0,8]"))}", data: 8).all
    contents[contents.count - 1] = 0x80
    let opened = try SafetensorsFile(bytes(contents))
    expectError(.unsupported, field: "element 0", found: "uint64", expected: "int64") {
      _ = try opened.array(named: "a")
    }
  }

  @Test func booleansAreZeroOrOne() throws {
    var contents = try file("{\"a\":\(tensor("BOOL", "[3]", "[0,3]"))}", data: 3).all
    contents[contents.count - 2] = 0xff
    #expect(try SafetensorsFile(bytes(contents)).array(named: "a").all == [1, 1, 1])
  }

  @Test func headersThatLieAreRefused() throws {
    let sound = tensor("F32", "[2]", "[0,8]")
    let cases: [(header: String, data: Int, field: String, found: String, expected: String)] = [
      ("{\"a\":\(sound)}", 7, "data_offsets", "an end at 8", "7 bytes"),
      ("{\"a\":\(sound)}", 9, "data", "9 bytes", "8 bytes"),
      ("{\"a\":\(tensor("F32", "[2]", "[0,4]"))}", 4, "data_offsets", "4 bytes", "8 bytes"),
      ("{\"a\":\(tensor("F32", "[2]", "[8,0]"))}", 8, "data_offsets", "[8, 0]", "not before"),
      ("{\"a\":\(tensor("F32", "[2]", "[0]"))}", 8, "data_offsets", "[0]", "beginning and an end"),
      ("{\"a\":\(tensor("F32", "[-2]", "[0,8]"))}", 8, "byte", "'-2", "not negative"),
      ("{\"a\":\(tensor("F32", "[2.0]", "[0,8]"))}", 8, "byte", "'2.0", "whole number"),
      ("{\"a\":\(tensor("F32", "[99999999999999999999]", "[0,8]"))}", 8, "byte", "'9999", "below 2⁶³"),
      ("{\"a\":\(tensor("F32", "[4611686018427387904,4]", "[0,8]"))}", 8, "shape", "4611", "overflow"),
      ("{\"a\":\(tensor("F32", "[4611686018427387904,4,0]", "[0,0]"))}", 0, "shape", "4611", "overflow"),
      ("{\"a\":\(tensor("F32", "[1000000000]", "[0,4000000000]"))}", 8, "data_offsets", "4000000000", "8 bytes"),
      ("{\"a\":\(tensor("F33", "[2]", "[0,8]"))}", 8, "dtype", "'F33'", "F32"),
      ("{\"a\":\(sound),\"b\":\(tensor("F32", "[2]", "[4,12]"))}", 12, "'b'", "an overlap with", "at 8"),
      ("{\"a\":\(sound),\"b\":\(tensor("F32", "[2]", "[12,20]"))}", 20, "'b'", "a hole after", "at 8"),
      ("{\"a\":\(sound),\"a\":\(sound)}", 8, "header", "'a' twice", "once"),
      ("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "'a'", "no 'data_offsets'", "data_offsets"),
      ("{\"__metadata__\":{\"k\":1}}", 0, "byte", "'1", "a string"),
      ("{\"a\":\(sound)", 8, "byte", "end", "'}'"), ("[]", 0, "byte 0", "'[", "'{'"),
      ("{\"a\\q\":1}", 0, "byte", "q", "an escape"), ("{} x", 0, "byte 3", "'x", "the end"),
      ("{\"\\ud800\":1}", 0, "byte", "", "escape"),
    ]
    for (header, data, field, found, expected) in cases {
      expectError(field: field, found: found, expected: expected) { _ = try SafetensorsFile(file(header, data: data)) }
    }
  }

  @Test func headerLengthsThatLieAreRefused() throws {
    for (length, expected) in [
      (UInt64(1), "a string"), (1000, "the 4 that"), (100_000_001, "100000000"), (.max, "100000000"),
    ] {
      expectError(field: "header", expected: expected) { _ = try SafetensorsFile(file("{}  ", length: length)) }
    }
    for count in 0..<8 {
      expectError(field: "header length", found: "\(count) bytes") {
        _ = try SafetensorsFile(bytes([UInt8](repeating: 0, count: count)))
      }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let sound = try Safetensors.encode(sampleArrays())
    for count in stride(from: 0, to: sound.count, by: 7) {
      expectError(field: "") { _ = try SafetensorsFile(bytes(sound[..<count])) }
    }
  }

  @Test func deepNestingDoesNotExhaustTheStack() throws {
    let deep = String(repeating: "[", count: 100_000)
    expectError(field: "byte", expected: "levels of nesting") {
      _ = try SafetensorsFile(file("{\"a\":{\"x\":\(deep)}}"))
    }
  }

  @Test func namesMayNotRepeatOrBeReserved() throws {
    let one = try array(.uint8, [1], [1])
    for names in [["a", "a"], ["__metadata__"]] {
      let error = #expect(throws: VitroError.self) { try Safetensors.encode(names.map { ($0, one) }) }
      #expect(error?.code == .argument)
    }
  }
}
