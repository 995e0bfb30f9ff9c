/// The search for one text and feature, over its rounds.
struct InformationSearch {
  let text: Int
  let feature: Feature
  /// The passes of the next round.
  private(set) var samples: Int
  /// The passes of all rounds so far.
  private(set) var used = 0
  /// Where the next round begins.
  var start: InformationDescent.Start?

  init(text: Int, feature: Feature, _ settings: InformationSettings) {
    (self.text, self.feature, samples) = (text, feature, settings.samples)
  }

  /// The residual that a longer search is meant to reach, in tolerances: some room, for it is measured by noise of its own.
  private static let goal = 0.8
  /// The most that one round is longer than the one before.
  private static let growth = 16

  /// Takes a round's result to account: whether another follows, which is as long as the residual asks for.
  ///
  /// A residual is the error of means of draws, and falls as the root of their number. Lengths grow by powers of 2, so that searches can run together.
  mutating func goesOn(after result: RetainedInformation, _ settings: InformationSettings) -> Bool {
    used += samples
    guard !result.isConverged else { return false }
    let ratio = result.residual / (Self.goal * settings.tolerance)
    var growth = 2
    while growth < Self.growth, Double(growth) < ratio * ratio { growth *= 2 }
    while growth > 1, used + samples * growth > settings.mostSamples { growth /= 2 }
    // A round that is no longer than the last one would say no more.
    guard growth > 1 else { return false }
    samples *= growth
    return true
  }
}
