import Testing
import VitroCore

@Suite struct XXHash64Tests {
  private func hash(_ bytes: [UInt8], pieces: Int) -> String {
    var hash = XXHash64()
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { hash.update($0) }
    }
    return hash.hexDigest
  }

  @Test(arguments: [
    (1, "e934a84adb052768"), (4, "ae5acdc00a55ac41"), (7, "d734a6b26f3da63e"), (8, "87116b3365b924eb"),
    (15, "03ff36d0e0b436db"), (31, "f78c1ce7c4912b21"), (32, "613ab3aebca0263c"), (33, "d91e0b8c7b5408af"),
    (63, "a8a1d81db5cbee19"), (64, "d1ffe5fb5b260ea6"), (65, "33adc8462cfc53bf"), (100, "c926db22d743d033"),
    (1000, "89765902cc28352a"), (4099, "3e65332c30ac706e"),
  ])
  func theReferenceGivesTheSame(count: Int, expected: String) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 3) }
    for pieces in [1, 3, 31, 32, 33, 1000] { #expect(hash(bytes, pieces: pieces) == expected, "\(count), \(pieces)") }
  }

  @Test func knownTextsHaveTheirHash() {
    #expect(hash([], pieces: 1) == "ef46db3751d8e999")
    #expect(hash(Array("abc".utf8), pieces: 2) == "44bc2cf5ad770999")
  }
}
