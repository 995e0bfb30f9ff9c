import Testing
import VitroCore
import VitroFormats
import VitroFuzzing

@testable import VitroModels

/// Files that are not what they claim to be, and patterns that would run for ever, give errors.
@Suite struct TokenizerFaultTests {
  @Test func damagedFilesGiveTokenizersOrErrors() throws {
    let target = try #require(try FuzzTarget.all().first { $0.name == "tokenizer" })
    let result = FuzzCampaign(target, count: 2000, seed: 20_261_121)
    let breaches = result.breaches.filter { !$0.contains("bytes of memory") }
    #expect(breaches.isEmpty, "\(breaches.prefix(3))")
    #expect(result.accepted > 100 && result.rejectedCount > 1000)
  }

  /// What a `tokenizer.json` is refused for.
  private func fault(_ json: String) -> VitroError? {
    #expect(throws: VitroError.self) { _ = try Tokenizer(json: tokenizerFile(json)) }
  }

  @Test func errorsNameTheFileAndTheField() {
    let model = #""model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}"#
    let cases: [(json: String, field: String)] = [
      ("", "byte 0"), ("[", "byte 1"), ("{\"model\" 3}", "byte 9"), ("{} x", "byte 3"), ("{\"a\": 01x}", "byte 6"),
      (String(repeating: "[", count: 100_000), "byte 64"), ("{\"a\": \"\u{1}\"}", "byte 7"), ("3", "the whole file"),
      ("{}", "the whole file"), ("{\(model), \(model)}", "the whole file"),
      (#"{"model": {"type": "WordLevel"}}"#, "model"), (#"{"model": {"type": 3}}"#, "model.type"),
      (#"{"model": {"type": "WordLevel", "vocab": {"a": -1}}}"#, "model.vocab.a"),
      (#"{"model": {"type": "WordLevel", "vocab": {"a": 99999999}}}"#, "model.vocab.a"),
      (#"{"model": {"type": "WordLevel", "vocab": {"a": 0, "a": 1}}}"#, "model.vocab.a"),
      (#"{"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 0}}}"#, "model.vocab.b"),
      (#"{"model": {"type": "WordLevel", "vocab": {"\ud800": 0}}}"#, "model.vocab"),
      (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}"#, "model.merges[0]"),
      (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}}"#, "model.merges[0]"),
      (#"{"model": {"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": ["a a", ["a"]]}}"#, "model.merges[1]"),
      (#"{"model": {"type": "WordPiece", "vocab": {"a": 0}}}"#, "model"),
      (#"{"model": {"type": "Unigram", "vocab": [["a"]]}}"#, "model.vocab[0]"),
      (#"{"model": {"type": "Unigram", "vocab": [["a", -1]], "unk_id": 1}}"#, "model.unk_id"),
      ("{\(model), \"added_tokens\": [{\"id\": 0}]}", "added_tokens[0]"),
      ("{\(model), \"added_tokens\": [{\"id\": 0, \"content\": \"b\"}]}", "added_tokens[0]"),
      (
        "{\(model), \"added_tokens\": [{\"id\": 5, \"content\": \"b\"}, {\"id\": 5, \"content\": \"c\"}]}",
        "added_tokens"
      ),
      ("{\"a\": 01}", "byte 6"), ("{\"a\": 1.}", "byte 6"), ("{\"a\": .5}", "byte 6"), ("{\"a\": 1e}", "byte 6"),
      ("{\"a\": +1}", "byte 6"), ("{\"a\": 1e999}", "byte 6"), ("{\"a\": -}", "byte 6"),
      (
        "{\(model), \"normalizer\": {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"x\"}}",
        "normalizer.precompiled_charsmap"
      ),
      (
        "{\(model), \"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"a\"], \"sep\": [\"a\", 0]}}",
        "post_processor.cls"
      ),
      (
        "{\(model), \"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"a\", 0], \"sep\": [\"b\", 7]}}",
        "post_processor"
      ),
    ]
    for (json, field) in cases {
      let error = fault(json)
      #expect(error?.code == .malformed && error?.details["field"] == field, "\(error.map(\.description) ?? "")")
      #expect(error?.details["file"] == "tokenizer.json" && error?.details["found"] != nil)
    }
  }

  @Test func componentsThatAreMissingAreNamed() {
    let model = #""model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}"#
    for (part, type) in [
      ("normalizer", "Rot13"), ("pre_tokenizer", "UnicodeScripts"), ("post_processor", "Twice"), ("decoder", "CTC"),
    ] {
      let error = fault("{\(model), \"\(part)\": {\"type\": \"\(type)\"}}")
      #expect(error?.code == .unsupported && error?.message.contains("'\(type)'") == true)
      #expect(error?.details["field"] == part)
    }
    let dropout = fault(#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}}"#)
    #expect(dropout?.code == .unsupported && dropout?.message.contains("dropout") == true)
  }

  @Test func patternsThatAreNotSupportedAreRefused() {
    let refused = [
      "(", ")", "[a", "a{3,2}", "*a", #"\p{Klingon}"#, #"\1"#, "(?<name>a)", #"\X"#, "(a*)*", "a{2000}", "(?<=a+)b",
      #"\u12"#, "[z-a]", "[[:nope:]]", #"\"#, String(repeating: "(", count: 100), "(?x: a )",
      String(repeating: "((((a{900}){900}){900}){900}", count: 2),
    ]
    for pattern in refused {
      #expect(throws: RegexFault.self, "\(pattern.prefix(40))") { _ = try RegexProgram(pattern) }
    }
  }

  @Test func patternsThatBacktrackWithoutEndAreStopped() throws {
    for pattern in ["(?:a|a|b)*c", "(?:a?a?a?a?a?){40}c", "(?:(?:a+)+)+c", "(?=(?:a+)+c)a"] {
      let pattern: JSONValue = ["Regex": .string(pattern)]
      let json: JSONValue = [
        "pre_tokenizer": ["type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": false],
        "model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"],
      ]
      guard let tokenizer = try? Tokenizer(json: tokenizerFile(json.description)) else { continue }
      let clock = ContinuousClock()
      let time = clock.measure { _ = try? tokenizer.encode(String(repeating: "a", count: 5000)) }
      #expect(time < .seconds(10))
    }
    let json: JSONValue = [
      "pre_tokenizer": [
        "type": "Split", "pattern": ["Regex": "(?:a|ab|b){1,200}c"], "behavior": "Isolated", "invert": false,
      ], "model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"],
    ]
    let tokenizer = try Tokenizer(json: tokenizerFile(json.description))
    let error = #expect(throws: VitroError.self) { _ = try tokenizer.encode(String(repeating: "ab", count: 400)) }
    #expect(error?.code == .unsupported && error?.details["found"] != nil)
  }

  @Test func piecesBeyondAllMeasureAreStopped() throws {
    let word = String(repeating: "a", count: 8192)
    let text = String(repeating: "a", count: 1 << 18)
    let models: [(model: JSONValue, text: String)] = [
      (["type": "Unigram", "vocab": [["?", -9], ["a", -1], [.string(word), -2]], "unk_id": 0], text),
      (
        [
          "type": "WordPiece", "vocab": ["?": 0, word: 1, "a": 2], "unk_token": "?", "max_input_chars_per_word": 1000,
          "continuing_subword_prefix": "",
        ], String(repeating: String(repeating: "a", count: 999) + " ", count: 250)
      ),
    ]
    for (model, text) in models {
      let json: JSONValue = ["model": model, "pre_tokenizer": ["type": "WhitespaceSplit"]]
      let tokenizer = try Tokenizer(json: tokenizerFile(json.description))
      let error = #expect(throws: VitroError.self) { _ = try tokenizer.encode(text) }
      #expect(error?.code == .unsupported)
      #expect(try !tokenizer.encode("aa aaa").isEmpty)
    }
    // Merges whose joined pieces grow by one character at a time.
    let rows = (1...6000).map { (text: String(repeating: "a", count: $0), score: Float($0), type: 1) }
    let tokenizer = try Tokenizer(sentencePieces: rows, file: "rows")
    #expect(try tokenizer.encode(String(repeating: "a", count: 4000)).count == 1)
    #expect(throws: VitroError.self) { _ = try tokenizer.encode(text) }
    // White space that every token takes along.
    let spaces: JSONValue = [
      "model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"],
      "added_tokens": [["id": 1, "content": " ", "rstrip": true, "normalized": false]],
    ]
    let taking = try Tokenizer(json: tokenizerFile(spaces.description))
    #expect(try taking.encode("   ").map(\.range) == [0..<3, 1..<3, 2..<3])
    #expect(throws: VitroError.self) { _ = try taking.encode(String(repeating: " ", count: 1 << 18)) }
    // Contents that the normalizer lengthens.
    let lengthened: JSONValue = [
      "model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"],
      "normalizer": ["type": "Prepend", "prepend": .string(String(repeating: "b", count: 60_000))],
      "added_tokens": .array((1...400).map { ["id": .integer($0), "content": .string("x\($0)")] }),
    ]
    #expect(throws: VitroError.self) { _ = try Tokenizer(json: tokenizerFile(lengthened.description)) }
  }

  @Test func unknownCharactersWhoseTokenIsMissingAreNamed() throws {
    let json = #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "<u>"}}"#
    let tokenizer = try Tokenizer(json: tokenizerFile(json))
    #expect(try tokenizer.encode("aa").map(\.id) == [0, 0])
    let error = #expect(throws: VitroError.self) { _ = try tokenizer.encode("ab") }
    #expect(error?.code == .argument && error?.details["found"] == "b" && error?.message.contains("<u>") == true)
  }

  @Test func textsDoNotGrowBeyondReason() throws {
    let step: JSONValue = [
      "type": "Replace", "pattern": ["String": "a"], "content": .string(String(repeating: "a", count: 50)),
    ]
    let json: JSONValue = [
      "normalizer": ["type": "Sequence", "normalizers": .array(Array(repeating: step, count: 20))],
      "model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"],
    ]
    let tokenizer = try Tokenizer(json: tokenizerFile(json.description))
    let error = #expect(throws: VitroError.self) { _ = try tokenizer.encode("a") }
    #expect(error?.code == .unsupported)
  }

  @Test func unknownWordsWithoutATokenForThemAreNamed() throws {
    let json = #"{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "pre_tokenizer": {"type": "WhitespaceSplit"}}"#
    let tokenizer = try Tokenizer(json: tokenizerFile(json))
    #expect(try tokenizer.encode("a a").map(\.id) == [0, 0])
    let error = #expect(throws: VitroError.self) { _ = try tokenizer.encode("a zebra") }
    #expect(error?.code == .argument && error?.details["found"] == "zebra")
    #expect(throws: VitroError.self) { _ = try tokenizer.decode([5]) }
    #expect(throws: VitroError.self) { _ = try tokenizer.piece(of: -1) }
  }
}
