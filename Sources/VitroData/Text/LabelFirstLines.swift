internal import Foundation
internal import VitroCore
internal import VitroFormats

/// Lines that begin with their label: `1 a gripping film`, as the sentiment treebank is published, or `__label__good a gripping film`, as fastText takes them.
struct LabelFirstLines {
  static let columns = ["label", "text"]

  private(set) var labels: [String] = []
  private(set) var texts: [String] = []
  /// The line of each text, counted from 1.
  private(set) var lineNumbers: [Int] = []

  private static let prefix = "__label__"
  private static let mostLabels = 100

  /// Reads a file if every line of it is of this form; nothing otherwise.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when it is compressed and damaged.
  init?(_ file: FileBytes) throws {
    let plain = file.withBytes { Gzip.recognizes($0) } ? try Gzip.decompress(file) : file
    // Almost every other table shows in its first lines that it is none of these.
    guard Self.begins(plain.withBytes { Array($0.prefix(4096)) }) else { return nil }
    guard let whole = plain.withBytes({ String(validating: $0, as: UTF8.self) }) else { return nil }
    var known = Set<String>()
    for (number, line) in whole.split(omittingEmptySubsequences: false, whereSeparator: Self.isLineEnd).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      guard !line.contains("\t"), let space = line.firstIndex(of: " "), let label = Self.label(line[..<space]),
        known.count < Self.mostLabels || known.contains(label)
      else { return nil }
      known.insert(label)
      labels.append(label)
      texts.append(String(line[line.index(after: space)...]))
      lineNumbers.append(number + 1)
    }
    guard known.count >= 2, texts.count > known.count, !Self.isTable(texts) else { return nil }
  }

  /// Whether commas cut all lines into as many fields, one of which, not the first, is a single word everywhere and looks like a label: `12 angry men,good`.
  private static func isTable(_ texts: [String]) -> Bool {
    func cut(_ text: String) -> [Substring] { text.split(separator: ",", omittingEmptySubsequences: false) }
    guard let count = texts.first.map({ cut($0).count }), count > 1 else { return false }
    var values = [Set<String>?](repeating: [], count: count)
    for text in texts {
      let fields = cut(text)
      guard fields.count == count else { return false }
      for place in 1..<count {
        let word = fields[place].trimmingCharacters(in: .whitespaces)
        if word.isEmpty || word.contains(where: \.isWhitespace) {
          values[place] = nil
        } else if (values[place]?.count ?? 0) <= mostLabels {
          values[place]?.insert(word)
        }
      }
    }
    return values.dropFirst().contains { found in
      guard let found else { return false }
      return found.count >= 2 && found.count < texts.count && found.count <= mostLabels
    }
  }

  private static func begins(_ bytes: [UInt8]) -> Bool {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: Self.isLineEnd).prefix(2)
    return !lines.isEmpty
      && lines.allSatisfy { line in line.firstIndex(of: " ").flatMap { label(line[..<$0]) } != nil }
  }

  private static func isLineEnd(_ character: Character) -> Bool { ["\n", "\r\n", "\r"].contains(character) }

  private static func label(_ word: Substring) -> String? {
    if word.hasPrefix(prefix), word.count > prefix.count { return String(word.dropFirst(prefix.count)) }
    return word.count <= 8 && Int(word) != nil ? String(word) : nil
  }
}
