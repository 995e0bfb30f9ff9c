import Foundation
import Testing
import VitroCore
import VitroFormats

@testable import VitroModels

/// Where the files of real tokenizers are.
enum RealTokenizers {
  static let folder = ProcessInfo.processInfo.environment["VITRO_TOKENIZERS"]
}

/// The seconds that this thread has worked.
private func threadTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Tokenizers of real models against the reference, when VITRO_TOKENIZERS names a folder that
/// `Tests/References/tokenizer_fixtures.py --real` wrote.
@Suite(
  .enabled(
    if: RealTokenizers.folder != nil, "VITRO_TOKENIZERS names no folder that tokenizer_fixtures.py --real made"))
struct RealTokenizerTests {

  /// The vocabulary and merges of a GGUF file.
  struct Lists: Decodable {
    var tokens: [String]
    var types: [Int]
    var merges: [String]
    var pre: String
  }

  private static func bytes(_ name: String) throws -> [UInt8]? {
    let path = "\(try #require(RealTokenizers.folder))/\(name).gz"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try Gzip.decompress(try FileBytes(path: path)).withBytes { Array($0) }
  }

  private static func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value? {
    try bytes(name).map { try JSONDecoder().decode(type, from: Data($0)) }
  }

  /// The names of the tokenizers in the folder, with how many lines differ in ids, in ranges and in texts.
  private static func tokenizer(_ name: String) throws -> Tokenizer {
    if let json = try bytes("\(name).json") { return try Tokenizer(json: FileBytes(name: name, json)) }
    let lists = try #require(try decoded(Lists.self, "\(name).lists.json"))
    return try Tokenizer(
      bytePairs: lists.tokens, types: lists.types, merges: lists.merges, preTokenizer: lists.pre, file: name)
  }

  /// How fast the text in the folder is read.
  @Test func textsAreReadAtMegabytesASecond() throws {
    guard let text = try Self.bytes("text.txt").map({ String(decoding: $0, as: UTF8.self) }) else { return }
    let files = try FileManager.default.contentsOfDirectory(atPath: try #require(RealTokenizers.folder)).sorted()
    let real = files.filter { $0.hasSuffix(".expected.json.gz") }.map { String($0.dropLast(17)) }
    for name in real + TokenizerFixtures.names {
      let start = threadTime()
      let tokenizer = try real.contains(name) ? Self.tokenizer(name) : TokenizerFixtures.tokenizer(name)
      let opening = threadTime() - start
      var (fastest, count) = (100.0, 0)
      for _ in 0..<3 {
        let before = threadTime()
        count = try tokenizer.encode(text).count
        fastest = min(fastest, threadTime() - before)
      }
      let rate = Double(text.utf8.count) / 1e6 / fastest
      print("\(name): opened in \(opening) s, \(count) tokens of \(text.utf8.count) bytes, \(rate) MB/s")
      #expect(rate > 0.1)
    }
  }

  @Test func idsRangesAndTextsEqualTheReference() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: try #require(RealTokenizers.folder)).sorted()
    let corpus = try #require(try Self.decoded([String].self, "corpus.json"))
    for file in files where file.hasSuffix(".expected.json.gz") {
      let name = String(file.dropLast(17))
      let tokenizer = try Self.tokenizer(name)
      let expected = try #require(try Self.decoded(TokenizerFixtures.Expected.self, "\(name).expected.json"))
      var (ids, ranges, texts, count) = (0, 0, 0, 0)
      for (line, wanted) in zip(corpus, expected.lines) {
        let tokens = try tokenizer.encode(line)
        count += tokens.count
        ids += tokens.map(\.id) == wanted.ids ? 0 : 1
        ranges += tokens.offsets == wanted.offsets ? 0 : 1
        let text = try tokenizer.decode(wanted.ids)
        texts += text.unicodeScalars.elementsEqual(wanted.text.unicodeScalars) ? 0 : 1
      }
      print("\(name): \(tokenizer.summary); \(corpus.count) lines, \(count) tokens, \(ids), \(ranges), \(texts) differ")
      #expect(ids == 0 && ranges == 0 && texts == 0)
    }
  }

  @Test func piecesOfLlama2EqualTheReference() throws {
    for name in ["stories260K"] {
      guard let expected = try Self.decoded(ListedTokenizerTests.Pieces.self, "\(name).pieces.json") else { continue }
      let corpus = try #require(try Self.decoded([String].self, "corpus.json")).filter { !$0.contains("\0") }
      let tokenizer = try expected.tokenizer(name)
      for (index, line) in corpus.enumerated() {
        let ids = try tokenizer.encode(line, addingSpecialTokens: false).map(\.id)
        #expect(ids == expected.lines[index], "\(line.debugDescription)")
      }
      print("\(name): \(tokenizer.summary); \(corpus.count) lines")
    }
  }
}
