import Foundation

/// SentencePiece's precompiled map of characters: a double-array trie of the strings that are replaced, and the
/// replacements.
///
/// - Note: The layout is that of darts-clone as sentencepiece writes it into its models.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// Reads a map from base64 text, or gives nothing when it is none.
  init?(base64: String) {
    guard let data = Data(base64Encoded: base64), data.count >= 4 else { return nil }
    let bytes = [UInt8](data)
    func word(_ index: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) } }
    let length = Int(word(0))
    guard length % 4 == 0, length >= 4, length <= bytes.count - 4 else { return nil }
    units = (0..<(length / 4)).map { word(4 + 4 * $0) }
    replacements = Array(bytes[(4 + length)...])
    guard String(validating: replacements, as: UTF8.self) != nil else { return nil }
  }

  /// What stands for a chunk: the replacement of the shortest of its beginnings that the map knows.
  private func replacement(for chunk: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard var unit = units.first else { return nil }
    var node = CharacterMap.offset(unit)
    for byte in chunk {
      guard byte != 0 else { return nil }
      node ^= Int(byte)
      guard node >= 0, node < units.count else { return nil }
      unit = units[node]
      guard unit & (1 << 31 | 0xff) == UInt32(byte) else { return nil }
      node ^= CharacterMap.offset(unit)
      guard node >= 0, node < units.count else { return nil }
      if unit >> 8 & 1 == 1 {
        let start = Int(units[node] & (1 << 31 - 1))
        guard start < replacements.count else { return [] }
        let end = replacements[start...].firstIndex(of: 0) ?? replacements.count
        return Array(replacements[start..<end])
      }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & (1 << 9)) >> 6) }

  /// Replaces what the map knows, grapheme by grapheme.
  func apply(_ text: AlignedText) throws -> AlignedText {
    var rewriter = TextRewriter(text)
    for character in String(decoding: text.bytes, as: UTF8.self) {
      let grapheme = Array(character.utf8)
      if grapheme.count < 6, let replacement = grapheme.withUnsafeBufferPointer({ replacement(for: $0) }) {
        write(replacement, for: character.unicodeScalars.count, &rewriter)
        continue
      }
      for scalar in character.unicodeScalars {
        let part = Array(String(Character(scalar)).utf8)
        if let replacement = part.withUnsafeBufferPointer({ replacement(for: $0) }) {
          write(replacement, for: 1, &rewriter)
        } else {
          rewriter.keep()
        }
      }
    }
    return try rewriter.finish()
  }

  /// Writes a replacement for `count` scalars of the old text.
  private func write(_ replacement: [UInt8], for count: Int, _ rewriter: inout TextRewriter) {
    let scalars = Array(String(decoding: replacement, as: UTF8.self).unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isLast = index == scalars.count - 1
      let change = index >= count ? 1 : isLast && count > scalars.count ? scalars.count - count : 0
      rewriter.emit(scalar, change: change)
    }
    if scalars.isEmpty { for _ in 0..<count { rewriter.drop() } }
  }
}
