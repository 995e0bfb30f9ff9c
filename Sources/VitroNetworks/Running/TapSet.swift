internal import VitroCore

/// A set of taps, as bits: asking whether a value is watched costs one test.
struct TapSet: Sendable, Hashable {
  private var words: [UInt64]

  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  func contains(_ tap: Int) -> Bool { words[tap >> 6] & (1 << UInt64(tap & 63)) != 0 }

  mutating func insert(_ tap: Int) { words[tap >> 6] |= 1 << UInt64(tap & 63) }

  func union(_ other: TapSet) -> TapSet {
    var result = self
    for index in words.indices { result.words[index] |= other.words[index] }
    return result
  }
}

/// Which values of a network are wanted.
///
/// ```swift
/// let everything = try network.run([images], recording: .all)
/// let convolutions = try network.run([images], recording: ["conv*"], needsOutputs: false)
/// ```
public enum TapSelection: Sendable, ExpressibleByArrayLiteral {
  /// None but the outputs.
  case none
  /// Every value that has a name.
  case all
  /// The values of these names; a `*` stands for any characters: `blocks.*.hook_resid_post`.
  case names([String])

  /// A list of names or patterns.
  public init(arrayLiteral elements: String...) { self = .names(elements) }

  /// The numbers of the selected taps.
  func resolve(_ plan: Plan) throws -> TapSet {
    var set = TapSet(count: plan.tapNames.count)
    switch self {
    case .none: break
    case .all: for tap in plan.tapNames.indices { set.insert(tap) }
    case .names(let names):
      for name in names {
        guard name.contains("*") else {
          set.insert(try plan.tap(named: name))
          continue
        }
        let matches = plan.tapNames.indices.filter { plan.tapNames[$0].matches(pattern: name) }
        guard !matches.isEmpty else {
          throw VitroError(
            .argument, "tapping the network", "no tap matches '\(name)'",
            hint: "Taps: \(plan.tapNames.prefix(12).joined(separator: ", "))\(plan.tapNames.count > 12 ? ", …" : "").")
        }
        for tap in matches { set.insert(tap) }
      }
    }
    return set
  }
}

extension String {
  /// Whether the whole string fits a pattern in which `*` stands for any characters.
  func matches(pattern: String) -> Bool {
    let text = Array(unicodeScalars)
    let pattern = Array(pattern.unicodeScalars)
    var (t, p) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == "*" {
        star = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        p = last.pattern + 1
        t = last.text + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }
}
