import Testing
import VitroCore
import VitroFormats

@Suite struct Llama2CTests {
  @Test(arguments: ["llama2c_v0.bin", "llama2c_v0_unshared.bin", "llama2c_v1.bin", "llama2c_v2.bin"])
  func `tensors of every version have the reference's values`(name: String) throws {
    let checkpoint = try Llama2CCheckpoint(fixture(name))
    let isQuantized = checkpoint.version == 2
    let expected = try SafetensorsFile(fixture(isQuantized ? "llama2c_v2.safetensors" : "llama2c.safetensors"))
    let isShared = checkpoint.configuration.sharesClassifier
    #expect(isShared == (name == "llama2c_v0.bin" || isQuantized))
    #expect(Set(checkpoint.names) == Set(expected.names.filter { !isShared || $0 != "output.weight" }))
    for name in checkpoint.names {
      let array = try checkpoint.array(named: name)
      expectSame(array, try expected.array(named: name))
      if !isQuantized { #expect(array.buffer === checkpoint.file.buffer) }
      let double = try checkpoint.stored(name).values(as: .float64)
      #expect(double.numbers == array.numbers)
      let last = array.shape[0] - 1
      #expect(try checkpoint.stored(name).rows([last]).all == checkpoint.stored(name).rows(last..<(last + 1)).all)
    }
    let sizes = checkpoint.configuration
    #expect([sizes.width, sizes.hiddenWidth, sizes.layers, sizes.heads, sizes.keyValueHeads] == [8, 12, 2, 2, 1])
    #expect([sizes.vocabulary, sizes.contextLength] == [5, 6])
  }

  @Test func anUnknownNameIsMetWithTheNearestOne() throws {
    let checkpoint = try Llama2CCheckpoint(fixture("llama2c_v1.bin"))
    let error = #expect(throws: VitroError.self) { try checkpoint.array(named: "layers.0.attention.wx.weight") }
    #expect(error?.code == .argument && error?.hint?.hasPrefix("Did you mean 'layers.0.attention.w") == true)
  }

  @Test func headersThatLieAreRefused() throws {
    func damaged(_ name: String, _ offset: Int, _ value: Int32) throws -> FileBytes {
      var contents = try fixture(name).all
      withUnsafeBytes(of: value.littleEndian) { contents.replaceSubrange(offset..<(offset + 4), with: $0) }
      return try bytes(contents)
    }
    let cases: [(name: String, offset: Int, value: Int32, field: String, found: String, expected: String)] = [
      ("v0", 0, 0, "dim", "0", "positive"), ("v0", 4, -12, "hidden_dim", "-12", "positive"),
      ("v0", 8, 3, "layers.", "bytes", "bytes"), ("v0", 8, 5000, "n_layers", "5000", "at most"),
      ("v0", 12, 3, "n_heads", "3 heads", "even"), ("v0", 16, 3, "n_kv_heads", "3", "divisor"),
      ("v0", 20, .min, "tok_embeddings", "bytes", "bytes"), ("v0", 24, 5, "size", "4284 bytes", "4268 bytes"),
      ("v0", 24, .max, "freq_cis", "bytes", "bytes"), ("v0", 0, .max - 1, "", "", ""),
      ("v2", 37, 3, "group_size", "3", "divisor"),
      ("v2", 37, 0, "group_size", "0", "divisor"), ("v1", 36, 1, "size", "4576 bytes", "4416 bytes"),
    ]
    for (name, offset, value, field, found, expected) in cases {
      expectError(field: field, found: found, expected: expected) {
        _ = try Llama2CCheckpoint(damaged("llama2c_\(name).bin", offset, value))
      }
    }
    expectError(.unsupported, field: "version", found: "3", expected: "1 or 2") {
      _ = try Llama2CCheckpoint(damaged("llama2c_v1.bin", 4, 3))
    }
    for count in [0, 3, 27, 28, 255, 300] {
      expectError(field: "") { _ = try Llama2CCheckpoint(bytes(fixture("llama2c_v1.bin").all[..<count])) }
    }
  }

  @Test func tokenizersAreRead() throws {
    let tokenizer = try Llama2CTokenizer(fixture("llama2c_tokenizer.bin"))
    #expect(tokenizer.pieces == ["<unk>", "\n<s>\n", "<0x0A>", " ", "é日"])
    #expect(tokenizer.scores == [0, 0, 0, -1.5, -1e6])
    #expect(tokenizer.maximumLength == 6)
  }

  @Test func tokenizersThatLieAreRefused() throws {
    let sound = try fixture("llama2c_tokenizer.bin").all
    for (offset, value, field) in [(8, UInt8(99), "token 0, length"), (11, 0x80, "token 0"), (3, 0x80, "max_token")] {
      var damaged = sound
      damaged[offset] = value
      expectError(field: field) { _ = try Llama2CTokenizer(bytes(damaged)) }
    }
    var foreign = sound
    foreign[foreign.count - 1] = 0xff
    expectError(field: "token 4", expected: "UTF-8") { _ = try Llama2CTokenizer(bytes(foreign)) }
    expectError(field: "token 4", found: "bytes") { _ = try Llama2CTokenizer(bytes(sound[..<(sound.count - 9)])) }
    expectError(field: "max_token_length") { _ = try Llama2CTokenizer(bytes([1, 2])) }
    expectError(.memory, field: "tokens", expected: "2 tokens") {
      _ = try Llama2CTokenizer(bytes(sound), limits: FormatLimits(maximumEntries: 2))
    }
  }

  @Test func aCheckpointIsKnownByItsSize() throws {
    let error = expectError(.unsupported, field: "format", found: "a llama2.c model") {
      _ = try ArrayFile.read(fixture("llama2c_v0.bin").all.withUnsafeBytes { try bytes(Array($0)) })
    }
    #expect(error?.hint?.contains("vitro model") == true)
  }

  @Test(.enabled(if: SharedData.exists("networks/stories260K"), "shared/data is not here"))
  func theStoriesOfAQuarterMillionWeightsAreRead() throws {
    let folder = SharedData.path("networks/stories260K")
    let checkpoint = try Llama2CCheckpoint("\(folder)/stories260K.bin")
    let sizes = checkpoint.configuration
    #expect([sizes.width, sizes.hiddenWidth, sizes.layers, sizes.heads, sizes.keyValueHeads] == [64, 172, 5, 8, 4])
    #expect(sizes.vocabulary == 512 && sizes.sharesClassifier)
    #expect(try checkpoint.array(named: "layers.4.attention.wk.weight").shape == [32, 64])
    let tokenizer = try Llama2CTokenizer("\(folder)/tok512.bin")
    #expect(tokenizer.pieces.count == 512 && tokenizer.pieces[1] == "\n<s>\n" && tokenizer.pieces[3] == "<0x00>")
  }
}
