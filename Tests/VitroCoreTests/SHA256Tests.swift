import Testing
import VitroCore

@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func matchesTheVectorsOfNIST(message: String, digest: String) {
    #expect(SHA256.hexDigest(of: Array(message.utf8)) == digest)
  }

  @Test func hashesAMillionLettersA() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(SHA256.hexDigest(of: [UInt8](repeating: 0x61, count: 1_000_000)) == expected)
  }

  @Test func doesNotDependOnHowTheStreamIsCut() {
    let message = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    for length in 0...300 {
      let whole = SHA256.hexDigest(of: Array(message[..<length]))
      var pieces = SHA256()
      var start = 0
      while start < length {
        let end = min(length, start + 1 + start % 67)
        pieces.update(Array(message[start..<end]))
        start = end
      }
      #expect(pieces.hexDigest == whole, "at length \(length)")
    }
  }

  @Test func goesOnAfterADigestWasRead() {
    var hash = SHA256()
    hash.update(Array("a".utf8))
    _ = hash.digest
    hash.update(Array("bc".utf8))
    #expect(hash.hexDigest == SHA256.hexDigest(of: Array("abc".utf8)))
  }
}
