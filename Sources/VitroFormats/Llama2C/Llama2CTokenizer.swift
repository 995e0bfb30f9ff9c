internal import VitroCore

/// The vocabulary of a llama2.c model: its pieces of text and their scores, which say what to merge first.
///
/// Format: `tokenizer.py` of <https://github.com/karpathy/llama2.c>.
public struct Llama2CTokenizer: Sendable, Hashable {
  /// The text of each token; `<0x0A>` stands for a byte.
  public let pieces: [String]
  /// The score of each token: of two pairs, the one whose merger scores higher is merged first.
  public let scores: [Float]
  /// The bytes of the longest piece, as the file declares it.
  public let maximumLength: Int

  /// Reads a file such as `tokenizer.bin` or `tok512.bin`.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when it cannot be read; `malformed` when a piece does not lie within the file, is
  ///   longer than declared, or is not UTF-8; `memory` beyond the limits.
  /// - Complexity: O(bytes).
  public init(_ path: String, limits: FormatLimits = .standard) throws {
    try self.init(FileBytes(path: path, limits: limits), limits: limits)
  }

  /// Reads bytes that are already in memory.
  ///
  /// - Throws: as ``init(_:limits:)-(String,_)``.
  public init(_ file: FileBytes, limits: FormatLimits = .standard) throws {
    var pieces: [String] = []
    var scores: [Float] = []
    maximumLength = try file.withBytes { bytes in
      guard let declared = bytes.integer(Int32.self, at: 0), declared >= 0 else {
        throw file.malformed(field: "max_token_length", found: "\(quoted(bytes.prefix(4)))", expected: "a length")
      }
      var position = 4
      while position < bytes.count {
        let index = pieces.count
        guard index < limits.maximumEntries else {
          throw file.tooLarge(field: "tokens", found: "more", limit: "\(limits.maximumEntries) tokens")
        }
        guard let score = bytes.integer(UInt32.self, at: position),
          let length = bytes.integer(Int32.self, at: position + 4)
        else {
          throw file.malformed(
            field: "token \(index)", found: "\(bytes.count - position) bytes", expected: "a score, a length and a text")
        }
        guard length >= 0, length <= declared, Int(length) <= bytes.count - position - 8 else {
          throw file.malformed(
            field: "token \(index), length", found: "\(length)",
            expected: "at most \(min(Int(declared), bytes.count - position - 8))")
        }
        let text = UnsafeRawBufferPointer(rebasing: bytes[(position + 8)..<(position + 8 + Int(length))])
        guard let piece = String(validating: text, as: UTF8.self) else {
          throw file.malformed(field: "token \(index)", found: quoted(text), expected: "valid UTF-8")
        }
        pieces.append(piece)
        scores.append(Float(bitPattern: score))
        position += 8 + Int(length)
      }
      return Int(declared)
    }
    (self.pieces, self.scores) = (pieces, scores)
  }
}
