import Foundation

/// A Unicode normalization form, applied so that every scalar of the result knows which of the original it stands for.
enum NormalForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  private var composes: Bool { self == .nfc || self == .nfkc }
  private var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// Below this no scalar changes, and none takes part in a change unless one from above follows it.
  private var firstUnstable: UInt32 {
    switch self {
    case .nfc: 0x300
    case .nfd: 0xc0
    case .nfkc, .nfkd: 0xa0
    }
  }

  /// Whether the form leaves a scalar as it is, whatever stands beside it that is stable too.
  private func isStable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < firstUnstable || (0x3400...0x9fff).contains(scalar.value)
  }

  /// Brings a text into this form.
  func apply(_ text: AlignedText) throws -> AlignedText {
    guard text.bytes.contains(where: { $0 >= 0x80 }) else { return text }
    var rewriter = TextRewriter(text)
    var run: [Unicode.Scalar] = []
    var table = DecompositionTable(isCompatible: isCompatible)
    while let next = rewriter.peek() {
      // A stable scalar is copied, unless what follows it may compose with it.
      let following = rewriter.position + next.length
      let isLast = following >= text.bytes.count
      if isStable(next.scalar), isLast || isStable(decodeScalar(text.bytes, following).scalar) {
        rewriter.copy(next.length)
        continue
      }
      run.removeAll(keepingCapacity: true)
      var position = rewriter.position
      repeat {
        let (scalar, length) = decodeScalar(text.bytes, position)
        guard run.isEmpty || !isStable(scalar) else { break }
        run.append(scalar)
        position += length
      } while position < text.bytes.count
      var changes = table.decompose(run)
      if composes { changes = table.compose(changes) }
      for change in changes { rewriter.emit(change.scalar, change: change.change) }
    }
    return try rewriter.finish()
  }
}

/// A scalar of a normalized stream: 1 for one that was added, −n for one that takes the place of n more than its own.
private struct ScalarChange {
  var scalar: Unicode.Scalar
  var change: Int
  var combiningClass: UInt8
}

/// Decomposes and composes scalars, and remembers what each of them decomposes to.
private struct DecompositionTable {
  let isCompatible: Bool
  private var known: [Unicode.Scalar: [Unicode.Scalar]] = [:]
  private var composed: [UInt64: Unicode.Scalar?] = [:]

  init(isCompatible: Bool) { self.isCompatible = isCompatible }

  private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    ScalarClass.isYounger(scalar, than: .tokenizers) ? 0 : scalar.properties.canonicalCombiningClass.rawValue
  }

  /// The full decomposition of a stretch, marks in canonical order.
  ///
  /// The first scalar of each decomposition takes its origin's place, the others are added; sorting moves these notes
  /// along with the scalars, as the reference does.
  mutating func decompose(_ scalars: [Unicode.Scalar]) -> [ScalarChange] {
    var result: [ScalarChange] = []
    for scalar in scalars {
      for (index, part) in decomposition(of: scalar).enumerated() {
        result.append(
          ScalarChange(scalar: part, change: index == 0 ? 0 : 1, combiningClass: Self.combiningClass(part)))
      }
    }
    var start = 0
    while start < result.count {
      guard result[start].combiningClass != 0 else {
        start += 1
        continue
      }
      var end = start
      while end < result.count, result[end].combiningClass != 0 { end += 1 }
      // Swift's sort is stable.
      let marks = result[start..<end]
      let isOrdered = zip(marks, marks.dropFirst()).allSatisfy { $0.combiningClass <= $1.combiningClass }
      if !isOrdered {
        result.replaceSubrange(start..<end, with: marks.sorted { $0.combiningClass < $1.combiningClass })
      }
      start = end
    }
    return result
  }

  private mutating func decomposition(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if scalar.value < 0xa0 || ScalarClass.isYounger(scalar, than: .tokenizers) { return [scalar] }
    if let parts = known[scalar] { return parts }
    let text = String(Character(scalar))
    let decomposed =
      isCompatible ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping
    let parts = Array(decomposed.unicodeScalars)
    known[scalar] = parts
    return parts
  }

  /// The primary composite of two scalars, if there is one.
  private mutating func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    guard second.value >= 0x300 else { return nil }
    if let syllable = DecompositionTable.syllable(first, second) { return syllable }
    let key = UInt64(first.value) << 32 | UInt64(second.value)
    if let result = composed[key] { return result }
    var pair = String.UnicodeScalarView()
    pair.append(first)
    pair.append(second)
    let whole = String(pair).precomposedStringWithCanonicalMapping.unicodeScalars
    let result = whole.count == 1 ? whole.first : nil
    composed[key] = .some(result)
    return result
  }

  /// The Korean syllable of a consonant and a vowel, or of a syllable and the consonant that ends it.
  private static func syllable(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    switch (first.value, second.value) {
    case (0x1100..<0x1113, 0x1161..<0x1176):
      Unicode.Scalar(0xac00 + ((first.value - 0x1100) * 21 + second.value - 0x1161) * 28)
    case (0xac00..<0xd7a4, 0x11a8..<0x11c3) where (first.value - 0xac00) % 28 == 0:
      Unicode.Scalar(first.value + second.value - 0x11a7)
    default: nil
    }
  }

  /// Composes what a decomposition left, mark by mark, unless another of the same class stands between.
  mutating func compose(_ changes: [ScalarChange]) -> [ScalarChange] {
    var result: [ScalarChange] = []
    var starter: ScalarChange?
    var marks: [ScalarChange] = []
    for next in changes {
      guard let base = starter else {
        if next.combiningClass == 0 { starter = next } else { result.append(next) }
        continue
      }
      let isBlocked = marks.last.map { $0.combiningClass >= next.combiningClass } ?? false
      if !isBlocked, let whole = composite(base.scalar, next.scalar) {
        starter = ScalarChange(scalar: whole, change: base.change + next.change - 1, combiningClass: 0)
      } else if next.combiningClass == 0 {
        result.append(base)
        result += marks
        marks.removeAll()
        starter = next
      } else {
        marks.append(next)
      }
    }
    if let starter { result.append(starter) }
    return result + marks
  }
}
