/// The patterns that cut text into words for GPT-2, Llama 3 and Qwen 2, scanned without a machine.
///
/// Each gives what the expression of the same name gives: the tests compare them.
struct WordScanner: Sendable {
  /// GPT-2's pattern.
  static let gpt2Expression = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  /// Llama 3's pattern, which is that of GPT-4.
  static let llama3Expression = modern(#"\p{N}{1,3}"#)
  /// Qwen 2's pattern: digits stand alone.
  static let qwen2Expression = modern(#"\p{N}"#)

  private static func modern(_ digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The most digits in one word; nothing for GPT-2's pattern.
  private let digits: Int?

  /// The scanner for a well-known expression.
  init?(expression: String) {
    switch expression {
    case WordScanner.gpt2Expression: digits = nil
    case WordScanner.llama3Expression: digits = 3
    case WordScanner.qwen2Expression: digits = 1
    default: return nil
    }
  }

  /// What the patterns tell apart.
  private enum Kind { case letter, number, newline, space, other, end }

  /// Appends every match in a range; together they cover it.
  func matches(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into found: inout [Range<Int>]) {
    let scan = Scan(bytes: bytes, end: range.upperBound)
    var position = range.lowerBound
    while position < range.upperBound {
      let end = digits.map { scan.modern(position, digits: $0) } ?? scan.gpt2(position)
      found.append(position..<end)
      position = end
    }
  }

  private struct Scan {
    let bytes: UnsafeBufferPointer<UInt8>
    let end: Int

    /// The kind of the scalar at a position, and where the next one begins.
    @inline(__always)
    func next(_ position: Int) -> (kind: Kind, end: Int) {
      guard position < end else { return (.end, position) }
      let byte = bytes[position]
      if byte < 0x80 {
        let kind: Kind =
          switch byte {
          case 0x61...0x7a, 0x41...0x5a: .letter
          case 0x20, 0x09, 0x0b, 0x0c: .space
          case 0x30...0x39: .number
          case 0x0a, 0x0d: .newline
          default: .other
          }
        return (kind, position + 1)
      }
      let (scalar, length) = decodeScalar(bytes, position)
      let categories = ScalarClass.categories(of: scalar)
      let kind: Kind =
        if !categories.isDisjoint(with: .letter) {
          .letter
        } else if !categories.isDisjoint(with: .number) {
          .number
        } else {
          ScalarClass.isSpace(scalar) ? .space : .other
        }
      return (kind, position + length)
    }

    /// The end of a run of one kind.
    @inline(__always)
    func run(of kind: Kind, from start: Int) -> Int {
      var position = start
      while true {
        let next = next(position)
        guard next.kind == kind else { return position }
        position = next.end
      }
    }

    /// The end of an English contraction that begins with the apostrophe at `position`.
    func contraction(_ position: Int, ignoringCase: Bool) -> Int? {
      func letter(_ offset: Int) -> UInt8 {
        guard position + offset < end else { return 0 }
        let byte = bytes[position + offset]
        return ignoringCase && (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
      }
      switch (letter(1), letter(2)) {
      case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
        return position + 2
      case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
        (UInt8(ascii: "l"), UInt8(ascii: "l")):
        return position + 3
      // The long s folds to s.
      case (0xc5, 0xbf) where ignoringCase: return position + 3
      default: return nil
      }
    }

    /// The end of white space that leaves its last scalar to a word that follows.
    func space(_ start: Int) -> Int {
      var (position, last) = (start, start)
      while true {
        let next = next(position)
        guard next.kind == .space || next.kind == .newline else {
          return next.kind == .end || last == start ? position : last
        }
        (last, position) = (position, next.end)
      }
    }

    /// The end of the word that begins here, as GPT-2 cuts.
    func gpt2(_ start: Int) -> Int {
      if bytes[start] == 0x27, let end = contraction(start, ignoringCase: false) { return end }
      let first = next(start)
      var (kind, begin) = (first.kind, start)
      if bytes[start] == 0x20 {
        let following = next(first.end)
        if following.kind == .letter || following.kind == .number || following.kind == .other {
          (kind, begin) = (following.kind, first.end)
        }
      }
      switch kind {
      case .letter, .number, .other: return run(of: kind, from: begin)
      case .space, .newline, .end: return space(start)
      }
    }

    /// The end of the word that begins here, as Llama 3 and Qwen 2 cut.
    func modern(_ start: Int, digits: Int) -> Int {
      if bytes[start] == 0x27, let end = contraction(start, ignoringCase: true) { return end }
      let first = next(start)
      switch first.kind {
      case .letter: return run(of: .letter, from: start)
      case .number:
        var position = first.end
        for _ in 1..<max(digits, 1) {
          let next = next(position)
          guard next.kind == .number else { break }
          position = next.end
        }
        return position
      case .other, .space:
        let following = next(first.end)
        if following.kind == .letter { return run(of: .letter, from: first.end) }
        if first.kind == .other { return newlines(run(of: .other, from: start)) }
        if bytes[start] == 0x20, following.kind == .other { return newlines(run(of: .other, from: first.end)) }
        return spaceThroughNewlines(start)
      case .newline, .end: return spaceThroughNewlines(start)
      }
    }

    private func newlines(_ start: Int) -> Int { run(of: .newline, from: start) }

    /// White space up to its last newline, or as ``space(_:)`` when there is none.
    private func spaceThroughNewlines(_ start: Int) -> Int {
      var (position, lastNewline) = (start, -1)
      while true {
        let next = next(position)
        guard next.kind == .space || next.kind == .newline else { break }
        position = next.end
        if next.kind == .newline { lastNewline = position }
      }
      return lastNewline > 0 ? lastNewline : space(start)
    }
  }
}
