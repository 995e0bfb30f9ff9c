public import VitroFitting

/// What can be read at values of a network, and what the network does with it, side by side.
///
/// ``DirectionInterventions`` measures it: it takes the directions that a probe reads out of a value, or adds to them, and lets the network run on.
public struct ReadableAndUsed: Sendable, Hashable, Codable {
  /// The share of examples that the network answers right when nothing is done to it (Clopper & Pearson, 1934).
  public var accuracy: Estimate
  /// How many examples were answered.
  public var count: Int
  /// How many of them were steered.
  public var steeredCount: Int
  /// How many random subspaces were taken out at each value.
  public var draws: Int
  /// What was found at each value, in the order of the network.
  public var values: [Value]

  /// What was found at one value.
  public struct Value: Sendable, Hashable, Codable {
    /// The value's tap.
    public var tap: String
    /// The number of features.
    public var width: Int
    /// The share of examples that the probe answers right.
    public var probe: Estimate
    /// The share of shuffled labels that the probe fitted to shuffled labels answers right.
    public var control: Estimate?
    /// The probe's accuracy less its control's, with its bootstrap interval.
    public var margin: Estimate?
    /// What taking out the probe's directions did.
    public var removal: Removal
    /// What taking out the directions of the probe fitted to shuffled labels did.
    public var shuffled: Removal?
    /// What taking out random subspaces of the same rank did, one after the other.
    public var random: [Removal]
    /// The change by the probe's directions less the mean change by random ones, with its bootstrap interval.
    public var excess: Estimate
    /// What taking out the probe's patterns did: the directions along which the value varies with the probe's scores (Haufe et al., 2014), and with
    /// them whatever else varies so.
    public var pattern: Removal
    /// What taking out the patterns of the probe fitted to shuffled labels did.
    public var shuffledPattern: Removal?
    /// The change by the probe's patterns less that by those of shuffled labels, with its bootstrap interval.
    public var patternExcess: Estimate?
    /// What taking out a single class's direction did; nothing for two classes, which share theirs.
    public var classRemoval: ClassRemoval?
    /// How often the network answers a class as its direction is added.
    public var steering: Steering

    /// Means and ends over the random subspaces.
    public var randomChange: Double { random.map(\.change.accuracy.value).mean }
    /// The smallest and largest change over the random subspaces.
    public var randomRange: (low: Double, high: Double) {
      let changes = random.map(\.change.accuracy.value)
      return (changes.min() ?? .nan, changes.max() ?? .nan)
    }
  }

  /// What taking a subspace out of a value did.
  public struct Removal: Sendable, Hashable, Codable {
    /// The dimensions of the subspace.
    public var rank: Int
    /// The share of the value's variance over the examples that lay in it.
    public var variance: Double
    /// The change of the network's accuracy.
    public var change: PairedChange
  }

  /// What taking out a single class's direction did, to that class and to the others.
  public struct ClassRemoval: Sendable, Hashable, Codable {
    /// The change of accuracy on examples whose own class's direction is taken out.
    public var own: Estimate
    /// The change of accuracy on examples when another class's direction is taken out, the mean over the others.
    public var others: Estimate
  }

  /// How often the network answers a class as that class's direction is added to a value, the mean over the classes.
  public struct Steering: Sendable, Hashable, Codable {
    /// What is added, in standard deviations of the value along the direction.
    public var strengths: [Double]
    /// How many classes were steered to.
    public var classCount: Int
    /// Along the probe's directions.
    public var probe: [Estimate]
    /// Along a random direction for each class.
    public var random: [Estimate]
    /// Along the directions of the probe fitted to shuffled labels.
    public var shuffled: [Estimate]?
  }

  /// What the intervals of a value support.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// The probe reads no more than its control, or there is no control.
    case notReadable
    /// Readable, and taking out the probe's directions costs more than taking out any of the random ones; or, where they are most of
    /// the dimensions, so that no random ones can be compared with, costs accuracy at all.
    case used
    /// Readable, and taking out the probe's directions costs at most ``ReadableAndUsed/negligible`` more than taking out random ones.
    case unused
    /// Readable; whether it is used the examples do not tell.
    case undecided
  }

  /// The loss of accuracy that counts as none when an interval stays below it.
  public static let negligible = 0.02
}

extension ReadableAndUsed.Value {
  /// What the intervals support.
  public var verdict: ReadableAndUsed.Verdict {
    guard let margin, margin.low > 0 else { return .notReadable }
    // Random subspaces of most of the dimensions take the probe's with them and are no control.
    if 2 * removal.rank > width { return removal.change.accuracy.high < 0 ? .used : .undecided }
    if excess.high < 0, removal.change.accuracy.value < randomRange.low { return .used }
    return excess.low > -ReadableAndUsed.negligible ? .unused : .undecided
  }
}

extension [Double] {
  var mean: Double { isEmpty ? .nan : reduce(0, +) / Double(count) }
}
