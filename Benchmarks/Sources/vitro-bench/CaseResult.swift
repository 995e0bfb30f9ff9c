import Foundation

/// The rounds of one case, in seconds for a call.
struct CaseResult: Codable {
  let name: String
  let family: String
  let implementation: String
  var unit = "s"
  let median: Double
  let min: Double
  let max: Double
  let rounds: [Double]
  let amount: Double
  let amountUnit: String

  init(_ timed: Case, _ implementation: Implementation, rounds: [Double]) {
    let sorted = rounds.sorted()
    name = timed.name
    family = timed.family
    self.implementation = implementation.rawValue
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    min = sorted[0]
    max = sorted[sorted.count - 1]
    self.rounds = rounds
    amount = timed.amount
    amountUnit = timed.unit
  }

  /// A line of the table.
  var line: String {
    let spread = String(format: "%+.0f … %+.0f %%", (min / median - 1) * 100, (max / median - 1) * 100)
    return [
      name.padded(to: 32), Self.readable(median, "s").padded(to: 12), spread.padded(to: 16),
      Self.readable(amount / median, "\(amountUnit)/s"),
    ].joined()
  }

  /// A number with a metric prefix and three digits.
  static func readable(_ value: Double, _ unit: String) -> String {
    let prefixes = [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")]
    let (factor, prefix) = prefixes.first { value >= $0.0 } ?? (1e-9, "n")
    let scaled = value / factor
    let digits = scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2
    return String(format: "%.\(digits)f %@%@", scaled, prefix, unit)
  }
}

/// What was measured, and on what.
struct BenchmarkReport: Codable {
  let processor: String
  let threads: Int
  let version: String
  let loadBefore: Double
  let loadAfter: Double
  let cases: [CaseResult]
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(1, width - count)) }
}
