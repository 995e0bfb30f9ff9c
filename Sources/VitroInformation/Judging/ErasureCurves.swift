internal import Foundation

/// What is left of a network's answer when words are taken out in the order of their scores, and when only those are left in.
///
/// Comprehensiveness and sufficiency are those of ERASER (DeYoung et al., 2020) over ten thresholds as ferret computes them: the mean drop of the probability
/// when the k best words are taken out, and when only they are left, k = ⌊p·n⌋ for p = 10 %, 20 % … 100 %, each k counted once and none of 0. Where only some words may be
/// taken out at all, k is at most their number, and counts once there too.
public struct ErasureCurves: Sendable, Hashable, Codable {
  /// The shares of words at which curves are read.
  public static let shares = (0...10).map { Double($0) / 10 }

  /// For each share what is left after so many of the best words are taken out.
  public var deletion: [Double]
  /// For each share what is there when only so many of the best words are left in.
  public var insertion: [Double]
  /// The number of words that can be taken out.
  public var words: Int
  /// The number of words that may be taken out at all: all, or those of positive score.
  public var usable: Int

  /// Curves of a text; all words may be taken out unless said otherwise.
  public init(deletion: [Double], insertion: [Double], words: Int, usable: Int? = nil) {
    (self.deletion, self.insertion, self.words) = (deletion, insertion, words)
    self.usable = usable ?? words
  }

  /// The number of words at each share: ⌊p·n⌋.
  public static func counts(_ words: Int) -> [Int] { (0...10).map { $0 * words / 10 } }

  /// The shares that count for ``comprehensiveness`` and ``sufficiency``: where one more word is taken out, and all of them where none may be.
  private var thresholds: [Int] {
    let counts = Self.counts(words).map { min($0, usable) }
    let steps = counts.indices.dropFirst().filter { counts[$0] > counts[$0 - 1] }
    return steps.isEmpty && words > 0 ? [counts.count - 1] : steps
  }

  private func meanDrop(_ curve: [Double]) -> Double {
    let places = thresholds
    guard !places.isEmpty else { return .nan }
    return places.reduce(0) { $0 + deletion[0] - curve[$1] } / Double(places.count)
  }

  /// The mean drop when the best words are taken out; high when they were needed.
  public var comprehensiveness: Double { meanDrop(deletion) }
  /// The mean drop when only the best words are left; low when they suffice.
  public var sufficiency: Double { meanDrop(insertion) }
  /// The area under the curve of taking out (Petsiuk et al., 2018); low is better.
  public var deletionArea: Double { Self.area(deletion) }
  /// The area under the curve of putting in; high is better.
  public var insertionArea: Double { Self.area(insertion) }

  /// The trapezoids' area over the shares, 0 to 1.
  static func area(_ curve: [Double]) -> Double {
    zip(curve, curve.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 } / Double(max(curve.count - 1, 1))
  }
}
