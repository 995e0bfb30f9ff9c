internal import VitroCore
internal import VitroFitting
internal import VitroLab

/// What a study of composition networks came to.
struct CompositionResult {
  let training: CompositionTraining
  let learned: [LearnedSeed]
  let measured: [MeasuredSeed]

  var task: CompositionTask { training.task }
  /// The seeds that have grokked.
  var grokked: [Int] { learned.indices.filter { learned[$0].grokked != nil } }

  /// The seed that the pictures show: of those that grokked the one in the middle, else the one that tests best.
  var typical: Int {
    let sorted = grokked.sorted { (learned[$0].grokked ?? 0, $0) < (learned[$1].grokked ?? 0, $1) }
    if !sorted.isEmpty { return sorted[(sorted.count - 1) / 2] }
    return learned.indices.max { testAccuracy($0) < testAccuracy($1) } ?? 0
  }

  var reading: CompositionReading { measured[typical].reading }

  func testAccuracy(_ seed: Int) -> Double { learned[seed].looks.last?.testAccuracy ?? .nan }

  /// A number over seeds: the mean, and how many seeds have it.
  struct OverSeeds {
    /// The mean with Student's interval; without an end where there are fewer than two seeds.
    var estimate: Estimate
    /// How many seeds have the number.
    var count: Int

    init(_ values: [Double]) {
      let finite = values.filter(\.isFinite)
      count = finite.count
      estimate =
        (count > 1 ? try? Estimate.mean(of: finite) : nil)
        ?? Estimate(value: finite.first ?? .nan, low: -.infinity, high: .infinity, confidence: 0.95)
    }
  }

  /// A number of all seeds that grokked and have it.
  func overSeeds(_ value: (MeasuredSeed) -> Double) -> OverSeeds { OverSeeds(grokked.map { value(measured[$0]) }) }

  /// When restricted and test losses have fallen half-way, on a logarithmic scale.
  struct Phases {
    /// The first moment from which on the restricted loss stays below the geometric mean of its greatest and final values.
    var circuit: Int
    /// The first look from which on the test loss does.
    var generalization: Int
  }

  func phases(_ seed: Int) -> Phases? {
    let (moments, looks) = (measured[seed].moments, learned[seed].looks)
    guard learned[seed].grokked != nil, let circuit = Self.halfWay(moments.map(\.restrictedLoss)),
      let generalization = Self.halfWay(looks.map(\.testLoss))
    else { return nil }
    return Phases(circuit: moments[circuit].epoch, generalization: looks[generalization].epoch)
  }

  /// From where on losses stay below the geometric mean of the greatest and the last.
  private static func halfWay(_ losses: [Double]) -> Int? {
    guard let last = losses.last, last > 0, let greatest = losses.max(), greatest.isFinite else { return nil }
    let half = (greatest * last).squareRoot()
    let from = (losses.lastIndex { $0 > half } ?? -1) + 1
    return from < losses.count ? from : nil
  }

  var facts: [String: JSONValue] {
    var facts = reading.facts
    let typical = typical
    facts["testAccuracy"] = .number(testAccuracy(typical))
    facts["grokEpoch"] = learned[typical].grokked.map { .integer($0) } ?? .null
    facts["memorisedEpoch"] = learned[typical].memorised.map { .integer($0) } ?? .null
    facts["seedShown"] = .integer(typical)
    facts["grokked"] = .integer(grokked.count)
    facts["fraction"] = .number(training.fraction)
    facts["trainingPairs"] = .integer(training.trainingCount)
    facts["embed"] = .integer(training.embed)
    facts["hidden"] = .integer(training.hidden)
    facts["maximumEpochs"] = .integer(training.epochs)
    facts["claims"] = .array(claims.map(\.fact))
    facts["seeds"] = .array(
      learned.indices.map { seed in
        var entry = measured[seed].reading.facts
        entry["simples"] = nil
        entry["testAccuracy"] = .number(testAccuracy(seed))
        entry["grokEpoch"] = learned[seed].grokked.map { .integer($0) } ?? .null
        entry["memorisedEpoch"] = learned[seed].memorised.map { .integer($0) } ?? .null
        entry["epochs"] = .integer(learned[seed].looks.last?.epoch ?? 0)
        if let phases = phases(seed) {
          entry["circuitEpoch"] = .integer(phases.circuit)
          entry["generalizationEpoch"] = .integer(phases.generalization)
        }
        return .object(entry)
      })
    return facts
  }
}
