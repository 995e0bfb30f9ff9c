/// The name nearest to a mistyped one, for "did you mean".
///
/// Distance is Damerau–Levenshtein (optimal string alignment) without regard to case. A name qualifies within a third
/// of the typed length (at least 2), or when one is a prefix of the other.
///
/// ```swift
/// let meant = nearestName(to: "relu_1", in: ["input", "relu1", "relu2"])  // "relu1"
/// ```
///
/// - Complexity: O(n · m) for each candidate, in characters.
public func nearestName(to typed: String, in candidates: some Sequence<String>) -> String? {
  let typedScalars = Array(typed.lowercased().unicodeScalars.prefix(128))
  let limit = max(2, typedScalars.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    let scalars = Array(candidate.lowercased().unicodeScalars.prefix(128))
    var distance = editDistance(typedScalars, scalars)
    if typedScalars.count >= 3, scalars.starts(with: typedScalars) || typedScalars.starts(with: scalars),
      scalars.count >= 3
    {
      distance = min(distance, limit)
    }
    if distance <= limit, distance < max(typedScalars.count, scalars.count), distance < best?.distance ?? .max {
      best = (candidate, distance)
    }
  }
  return best?.name
}

private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var beforeLast = [Int](repeating: 0, count: b.count + 1)
  var last = Array(0...b.count)
  for i in 1...a.count {
    var current = [i] + [Int](repeating: 0, count: b.count)
    for j in 1...b.count {
      current[j] = min(last[j] + 1, current[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        current[j] = min(current[j], beforeLast[j - 2] + 1)
      }
    }
    (beforeLast, last) = (last, current)
  }
  return last[b.count]
}
