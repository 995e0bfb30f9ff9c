internal import VitroCore

/// Steps through the fields of a table of text (RFC 4180), byte by byte.
///
/// Lines end with LF, CR LF or CR. A quote in the middle of an unquoted field is an ordinary character.
struct CSVScanner {
  /// What follows a field.
  enum Ending {
    case delimiter, record
  }

  let file: FileBytes
  private let bytes: UnsafeRawBufferPointer
  private let delimiter: UInt8
  /// The quote, or 256 for none.
  private let quote: UInt16

  /// Where the next field begins.
  private(set) var position: Int
  /// The line of ``position``, counted from 1.
  private(set) var line: Int
  /// The last field's bytes, without its quotes.
  private(set) var field: Range<Int> = 0..<0
  /// The line on which the last field begins.
  private(set) var fieldLine = 1
  /// Whether the last field holds doubled quotes.
  private(set) var hasDoubledQuotes = false

  /// A scanner of `bytes`, all of `file`, that begins at a row.
  init(
    _ bytes: UnsafeRawBufferPointer, of file: FileBytes, delimiter: UInt8, quote: UInt8?, position: Int, line: Int
  ) {
    (self.bytes, self.file, self.delimiter, self.position, self.line) = (bytes, file, delimiter, position, line)
    self.quote = quote.map(UInt16.init) ?? 256
  }

  /// Steps over empty lines; whether a row follows.
  mutating func beginRow() -> Bool {
    while position < bytes.count, bytes[position] == 0x0a || bytes[position] == 0x0d { stepOverLineEnd() }
    return position < bytes.count
  }

  /// Reads the next field of the row.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`) for a quote that is not closed, or closed before the field ends.
  mutating func next() throws -> Ending {
    hasDoubledQuotes = false
    fieldLine = line
    if position < bytes.count, UInt16(bytes[position]) == quote {
      try readQuoted()
    } else {
      let start = position
      var at = position
      while at < bytes.count {
        let byte = bytes[at]
        if byte == delimiter || byte == 0x0a || byte == 0x0d { break }
        at += 1
      }
      field = start..<at
      position = at
    }
    guard position < bytes.count else { return .record }
    if bytes[position] == delimiter {
      position += 1
      return .delimiter
    }
    stepOverLineEnd()
    return .record
  }

  /// The last field's text.
  var text: String {
    let raw = bytes[field]
    guard hasDoubledQuotes else { return String(decoding: raw, as: UTF8.self) }
    var plain: [UInt8] = []
    plain.reserveCapacity(raw.count)
    var skipsNext = false
    for byte in raw {
      if skipsNext {
        skipsNext = false
        continue
      }
      skipsNext = UInt16(byte) == quote
      plain.append(byte)
    }
    return String(decoding: plain, as: UTF8.self)
  }

  /// The last field's bytes, quotes still doubled.
  var rawField: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[field]) }

  private mutating func readQuoted() throws {
    let start = position + 1
    var at = start
    while at < bytes.count {
      let byte = bytes[at]
      if UInt16(byte) == quote {
        guard at + 1 < bytes.count, UInt16(bytes[at + 1]) == quote else { break }
        hasDoubledQuotes = true
        at += 2
        continue
      }
      if byte == 0x0a || (byte == 0x0d && !(at + 1 < bytes.count && bytes[at + 1] == 0x0a)) { line += 1 }
      at += 1
    }
    guard at < bytes.count else {
      throw file.malformed(
        field: "line \(fieldLine)", found: "a quote that is not closed", expected: "a closing quote",
        hint: "If quotes mean nothing in this file, read it with CSVOptions(quote: nil).")
    }
    field = start..<at
    position = at + 1
    guard position == bytes.count || [delimiter, 0x0a, 0x0d].contains(bytes[position]) else {
      throw file.malformed(
        field: "line \(line)", found: "\(quoted(bytes[position...].prefix(16), limit: 16)) after a closing quote",
        expected: "a delimiter or the end of the line",
        hint: "If quotes mean nothing in this file, read it with CSVOptions(quote: nil).")
    }
  }

  private mutating func stepOverLineEnd() {
    let isPair = bytes[position] == 0x0d && position + 1 < bytes.count && bytes[position + 1] == 0x0a
    position += isPair ? 2 : 1
    line += 1
  }
}
