import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroModels

/// The fixtures that Tests/References/tokenizer_fixtures.py writes.
enum TokenizerFixtures {
  static let names = [
    "bert-uncased", "bert-cased", "gpt2", "roberta", "llama3", "qwen2", "gpt4o", "smollm", "llama2", "mistral", "xlm-r",
    "t5", "albert", "clip", "subwords", "suffixes", "words",
  ]

  /// What the reference makes of a line.
  struct Line: Decodable {
    var ids: [Int]
    var offsets: [Int]
    var text: String
    var full: String
  }

  /// What the reference makes of two texts.
  struct Pair: Decodable {
    var first: String
    var second: String
    var ids: [Int]
    var types: [Int]
    var offsets: [Int]
    var plain: [Int]
  }

  struct Expected: Decodable {
    var lines: [Line]
    var pairs: [Pair]
  }

  /// A file of the fixtures, decompressed.
  static func bytes(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/Tokenizers/\(name).gz")
    return try Gzip.decompress(try FileBytes(path: url.path)).withBytes { Array($0) }
  }

  static func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(json: FileBytes(name: "\(name).json", bytes("\(name).json")))
  }

  static func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes(name)))
  }

  static func corpus() throws -> [String] { try decoded([String].self, "corpus.json") }
}

extension [Tokenizer.Token] {
  /// The beginnings and ends of the ranges, as the fixtures list them.
  var offsets: [Int] { flatMap { [$0.range.lowerBound, $0.range.upperBound] } }
}

/// Bytes under a name that errors will use.
func tokenizerFile(_ text: String, name: String = "tokenizer.json") throws -> FileBytes {
  try FileBytes(name: name, Array(text.utf8))
}
