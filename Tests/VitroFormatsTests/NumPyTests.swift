import Testing
import VitroCore

import VitroFormats

@Suite struct NumPyTests {
  private func npy(_ header: String, data: Int = 0, version: UInt8 = 1) throws -> FileBytes {
    let text = Array(header.utf8)
    let length = version == 1 ? [UInt8(text.count & 255), UInt8(text.count >> 8)] : [UInt8(text.count), 0, 0, 0]
    return try bytes([0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + [UInt8](repeating: 1, count: data))
  }

  private func header(_ descr: String = "<f4", order: String = "False", shape: String) -> String {
    "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }\n"
  }

  @Test func everyTypeAndShapeComesBack() throws {
    let arrays = try sampleArrays().filter { $0.array.dtype != .bfloat16 }
    try withTemporaryFolder { folder in
      for (name, array) in arrays {
        try NPY.write(array, to: "\(folder)/\(name).npy")
        expectSame(try NPY.read("\(folder)/\(name).npy"), array)
      }
      for compressed in [false, true] {
        try NPZ.write(arrays, compressed: compressed, to: folder + "/all.npz")
        let opened = try NPZFile(folder + "/all.npz")
        #expect(opened.names == arrays.map(\.name))
        for (name, array) in arrays { expectSame(try opened.array(named: name), array) }
      }
    }
  }

  @Test func zip64ArchivesComeBack() throws {
    let arrays = try sampleArrays().filter { $0.array.dtype != .bfloat16 }
    for compressed in [false, true] {
      let opened = try NPZFile(bytes(NPZ.encode(arrays, compressed: compressed, forcesZip64: true)))
      for (name, array) in arrays { expectSame(try opened.array(named: name), array) }
    }
  }

  @Test func bfloat16IsRefusedWithAWayOut() throws {
    let error = #expect(throws: VitroError.self) { try NPY.encode(array(.bfloat16, [1], [0, 0])) }
    #expect(error?.code == .unsupported)
    #expect(error?.hint?.contains("safetensors") == true)
  }

  @Test func theParserTakesWhatPythonWrites() throws {
    for text in [
      "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2L, 1)}",
      "{'shape': (2,1),'descr':'=f4' , 'fortran_order' : False}   \n",
    ] {
      #expect(try NPY.read(npy(text, data: 8)).shape == [2, 1])
    }
  }

  @Test func headersThatLieAreRefused() throws {
    let cases: [(header: String, data: Int, field: String, found: String, expected: String)] = [
      (header(shape: "(3,)"), 8, "shape", "12 bytes", "8 bytes"),
      (header(shape: "(1,)"), 8, "shape", "4 bytes", "8 bytes"),
      (header(shape: "(-1,)"), 4, "shape", "(-1)", "not negative"),
      (header(shape: "(4611686018427387904, 4)"), 8, "shape", "4611", "overflow"),
      (header(shape: "(4611686018427387904, 4, 0)"), 0, "shape", "4611", "overflow"),
      (header(shape: "(99999999999999999999,)"), 8, "byte", "'9999", "below 2⁶³"),
      (header(shape: "(1000000000, 1000)"), 8, "shape", "4000000000000 bytes", "8 bytes"),
      (header(shape: "(1000000000, 1000)").replacing("False", with: "True"), 8, "shape", "4000000000000", "8 bytes"),
      (header(shape: "3"), 12, "shape", "no tuple", "tuple"),
      (header(order: "1", shape: "(1,)"), 4, "fortran_order", "", "True or False"),
      (header(order: "__import__('os')", shape: "(1,)"), 4, "byte", "'__import__", "True, False"),
      ("{'descr': '<f4', 'shape': (1,)}", 4, "header", "'descr', 'shape'", "fortran_order"),
      ("{'descr': '<f4', 'descr': '<f4'}", 4, "header", "'descr' twice", "once"),
      ("{'descr': '<f4", 4, "byte", "'", "ends"), ("", 4, "byte 0", "the end", "'{'"),
      (header(shape: "((((((((((1,),),),),),),),),),)"), 4, "byte", "(", "less nesting"),
    ]
    for (header, data, field, found, expected) in cases {
      expectError(field: field, found: found, expected: expected) { _ = try NPY.read(npy(header, data: data)) }
    }
  }

  @Test(arguments: ["<c8", "|O", "<U5", "|S3", "<M8[ns]", "|V2", "<f16", "", "<f3"])
  func `other types are refused by name`(descr: String) throws {
    expectError(.unsupported, field: "descr", found: "'\(descr)'", expected: "f4") {
      _ = try NPY.read(npy(header(descr, shape: "(1,)"), data: 8))
    }
  }

  @Test func recordsAndUnknownVersionsAreRefused() throws {
    expectError(.unsupported, field: "descr", found: "record") {
      _ = try NPY.read(npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", data: 4))
    }
    expectError(.unsupported, field: "version", found: "9.0", expected: "1.0") {
      _ = try NPY.read(npy(header(shape: "(1,)"), data: 4, version: 9))
    }
  }

  @Test func everyTruncationIsRefused() throws {
    for sound in try [NPY.encode(array(.float32, [2, 3], [UInt8](repeating: 5, count: 24)))] {
      for count in sound.indices { expectError(field: "") { _ = try NPY.read(bytes(sound[..<count])) } }
    }
    for compressed in [false, true] {
      let sound = try NPZ.encode([("a", array(.uint8, [4], [1, 2, 3, 4]))], compressed: compressed)
      for count in sound.indices { expectError(field: "") { _ = try NPZFile(bytes(sound[..<count])) } }
    }
  }

  @Test func archivesThatLieAreRefused() throws {
    let sound = try NPZ.encode([("a", array(.uint8, [4], [1, 2, 3, 4])), ("b", array(.uint8, [1], [5]))])
    let directory = try #require((0..<sound.count).first { sound[$0...].starts(with: [0x50, 0x4b, 1, 2]) })
    func patched(_ offset: Int, _ values: [UInt8]) throws -> FileBytes {
      var copy = sound
      copy.replaceSubrange(offset..<(offset + values.count), with: values)
      return try bytes(copy)
    }
    func read(_ file: FileBytes) throws { _ = try NPZFile(file).array(named: "a") }
    expectError(field: "checksum") { try read(patched(directory - 1 - 30 - 5 - 129, [9])) }
    expectError(field: "compressed size", found: "4294967294") {
      try read(patched(directory + 20, [0xfe, 0xff, 0xff, 0xff]))
    }
    expectError(field: "size", found: "9 bytes") { try read(patched(directory + 24, [9, 0, 0, 0])) }
    expectError(.unsupported, field: "compression method", found: "12", expected: "deflated") {
      try read(patched(directory + 10, [12, 0]))
    }
    expectError(.unsupported, field: "flags", found: "encryption") { try read(patched(directory + 8, [1, 8])) }
    expectError(field: "local header", found: "none at byte 3") { try read(patched(directory + 42, [3, 0, 0, 0])) }
    // The second member is made to begin at the first: two names for the same data.
    let second = directory + 46 + 5
    expectError(field: "local header", found: "inside the member before") {
      try read(patched(second + 42, [0, 0, 0, 0]))
    }
    expectError(field: "central directory") { try read(patched(sound.count - 10, [0xff, 0xff, 0xff, 0xff])) }
  }

  @Test func anUnknownArrayIsMetWithTheNearestOne() throws {
    let opened = try NPZFile(bytes(NPZ.encode([("weights", array(.uint8, [1], [1]))])))
    #expect(#expect(throws: VitroError.self) { try opened.array(named: "weigths") }?.hint == "Did you mean 'weights'?")
  }
}
