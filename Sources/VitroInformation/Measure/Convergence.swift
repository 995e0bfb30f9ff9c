internal import VitroFitting
internal import VitroLab

/// How near many results of the measure are to their optimum, and whether anything may be said of them.
struct Convergence: Codable, Sendable {
  /// The median of their residuals.
  var residual: Double
  /// The largest of them.
  var largest: Double
  /// The share of results within the tolerance.
  var share: Double
  /// The mean of the passes that each took.
  var passes: Double

  /// The share of results that must have converged before anything is claimed of those that have.
  static let least = 0.9
  /// The same where a claim comes out alike with the results that have not: leaving them out has not decided it.
  static let leastWhereAlike = 0.5

  /// What is said of a claim for which fewer have.
  static let alike = "it comes out alike with the results that have not converged"

  /// Why nothing is claimed; nothing where enough results have converged in all of them.
  ///
  /// - Parameters:
  ///   - all: Those of each network that the claim is about.
  ///   - isAlike: Whether the claim comes out the same with the results that have not converged.
  static func obstacle(_ all: [Convergence], isAlike: Bool = false) -> String? {
    let least = isAlike ? leastWhereAlike : least
    let open = all.filter { $0.share < least }
    guard let worst = open.map(\.share).min() else { return nil }
    return
      "in \(open.count) of \(all.count) networks fewer than \(NumberFormat.percent(0).text(least)) of results have converged (the least \(NumberFormat.percent(0).text(worst))), so that nothing is claimed"
  }
}

extension Convergence {
  /// Of the results of one network.
  init(_ results: [RetainedInformation]) {
    self.init(
      residuals: results.map(\.residual), converged: results.count(where: \.isConverged),
      passes: results.reduce(0) { $0 + Double($1.samples) } / Double(Swift.max(results.count, 1)))
  }

  /// Of residuals, so many of which are within the tolerance.
  init(residuals: [Double], converged: Int, passes: Double) {
    let sorted = residuals.sorted()
    residual = sorted.isEmpty ? 0 : Bootstrap.quantile(sorted, 0.5)
    largest = sorted.last ?? 0
    share = sorted.isEmpty ? 1 : Double(converged) / Double(sorted.count)
    self.passes = passes
  }
}
