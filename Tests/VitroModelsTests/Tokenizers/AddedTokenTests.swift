import Testing
import VitroCore

@testable import VitroModels

/// Added tokens and empty patterns do what those of `tokenizers` 0.23.3 do.
@Suite struct AddedTokenTests {
  private func tokenizer(_ parts: [String: JSONValue]) throws -> Tokenizer {
    var members: [String: JSONValue] = ["model": ["type": "WordLevel", "vocab": ["?": 0], "unk_token": "?"]]
    members.merge(parts) { $1 }
    return try Tokenizer(json: tokenizerFile(JSONValue.object(members).description))
  }

  private func token(_ id: Int, _ content: String, _ flags: String...) -> JSONValue {
    var members: [String: JSONValue] = ["id": .integer(id), "content": .string(content), "normalized": false]
    for flag in flags { members[flag] = true }
    return .object(members)
  }

  @Test func contentsThatComeAgainKeepTheirID() throws {
    let stripping = try tokenizer(["added_tokens": [token(1, "X", "special"), token(2, "X", "lstrip")]])
    let tokens = try stripping.encode("a X b")
    #expect(tokens.map(\.id) == [0, 1, 0] && tokens.offsets == [0, 1, 1, 3, 3, 5])
    #expect(stripping.isSpecial(1) && stripping.id(of: "X") == 1 && stripping.vocabularyCount == 2)
    let special = try tokenizer(["added_tokens": [token(1, "X"), token(1, "X", "special", "rstrip")]])
    #expect(try special.encode("a X b").offsets == [0, 2, 2, 4, 4, 5] && special.isSpecial(1))
  }

  @Test func contentsThatLookTheSameAreTwo() throws {
    let accents = try tokenizer(["added_tokens": [token(1, "\u{e9}"), token(2, "e\u{301}")]])
    let tokens = try accents.encode("a\u{e9}be\u{301}")
    #expect(tokens.map(\.id) == [0, 1, 0, 2] && tokens.offsets == [0, 1, 1, 2, 2, 3, 3, 5])
  }

  @Test func whiteSpaceThatATokenTakesHidesNoToken() throws {
    let taking = try tokenizer(["added_tokens": [token(1, "X", "rstrip"), token(2, "\n")]])
    let cases: [(text: String, ids: [Int], offsets: [Int])] = [
      ("aX \n\nb", [0, 1, 2, 2, 0], [0, 1, 1, 5, 3, 4, 4, 5, 5, 6]),
      ("aX \n b", [0, 1, 2, 0], [0, 1, 1, 5, 3, 4, 4, 6]),
      ("X\n \n", [1, 2, 0, 2], [0, 4, 1, 2, 2, 3, 3, 4]),
      ("X  b", [1, 0], [0, 3, 3, 4]),
    ]
    for (text, ids, offsets) in cases {
      let tokens = try taking.encode(text)
      #expect(tokens.map(\.id) == ids && tokens.offsets == offsets, "\(text.debugDescription)")
    }
    let both = try tokenizer(["added_tokens": [token(1, "X", "rstrip"), token(2, "\n", "rstrip")]])
    #expect(try both.encode("aX \n\nb").offsets == [0, 1, 1, 5, 3, 5, 4, 5, 5, 6])
    #expect(try both.encode("aX  \n b").offsets == [0, 1, 1, 6, 4, 6, 6, 7])
    // The reference itself fails on this one.
    let left = try tokenizer(["added_tokens": [token(1, "X", "rstrip"), token(2, "\n", "lstrip")]])
    #expect(try left.encode("aX \n\nb").map(\.id) == [0, 1, 2, 2, 0])
  }

  @Test(arguments: ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"])
  func emptyStringsAreFoundBetweenAllCharacters(behavior: String) throws {
    for isInverted in [false, true] {
      let cut: JSONValue = [
        "type": "Split", "pattern": ["String": ""], "behavior": .string(behavior), "invert": .bool(isInverted),
      ]
      let offsets = try tokenizer(["pre_tokenizer": cut]).encode("abé").offsets
      #expect(offsets == (behavior == "Removed" && isInverted ? [] : [0, 1, 1, 2, 2, 3]), "\(isInverted)")
    }
  }

  @Test func emptyStringsAreReplacedBetweenAllCharacters() throws {
    let step: JSONValue = ["type": "Replace", "pattern": ["String": ""], "content": "b"]
    let replacing = try tokenizer(["normalizer": step, "decoder": step])
    let normalizer = try #require(replacing.normalizer)
    for (text, expected) in [("aa", "babab"), ("", "")] {
      var budget = WorkBudget(for: text.utf8.count)
      #expect(try normalizer.apply(AlignedText(original: Array(text.utf8)), &budget).bytes == Array(expected.utf8))
    }
    #expect(try replacing.decode([0]) == "b?b")
  }

  /// Symbols that stand for the same bytes, as those of one character's bytes do, merge only as they are now.
  @Test func mergesOfSymbolsThatShareTheirBytesAreNotStale() throws {
    for count in [3, 60] {
      var chain = MergeChain()
      for index in 0..<count { chain.append(Int32(index % 3), 0, 4) }
      // 1·2 merges first, so that 0·1 is gone; 0·(1·2) does not merge.
      try chain.merge { left, right in
        switch (left.id, right.id) {
        case (1, 2): (0, 3)
        case (0, 1): (1, 4)
        default: nil
        }
      }
      #expect(chain.symbols.map(\.id) == (0..<(count / 3)).flatMap { _ in [0, 3] })
    }
  }
}
