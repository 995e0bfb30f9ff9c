internal import VitroLab

/// How sure each of several claims must be, so that all of them are right together with 95 %: Bonferroni's correction.
///
/// Of m claims the interval of each has the confidence 1 − 0.05/m. Then none is called true or false by chance with 95 %, however they depend on each other.
///
///     let confidence = ClaimConfidence(counting: claims)
///     let judged = claims(confidence.each)
struct ClaimConfidence: Sendable, Hashable {
  /// The probability with which all claims are right.
  static let together = 0.95
  /// The number of claims.
  let count: Int

  /// For a number of claims; none counts as one.
  init(of count: Int) { self.count = max(count, 1) }

  /// For as many claims as are made: one that lacks its numbers is not, and does not count.
  ///
  /// - Parameter claims: Makes the claims from intervals of a given confidence; how many there are must not depend on it.
  init(counting claims: (_ confidence: Double) throws -> [Claim]) rethrows {
    self.init(of: try claims(Self.together).count)
  }

  /// The confidence of the interval of each.
  var each: Double { 1 - (1 - Self.together) / Double(count) }
}
