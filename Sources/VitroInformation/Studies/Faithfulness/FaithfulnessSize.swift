/// How much is computed: what was asked for, and otherwise as much as a network of its size lets finish in minutes.
///
/// A method is asked about each text some ten times: at each layer, after each step, in each network with other weights.
struct FaithfulnessSize {
  /// Whether the network is so large that defaults are smaller.
  let isLarge: Bool
  /// The texts to judge by.
  let texts: Int
  /// The passes of the measure.
  let samples: Int
  /// The steps for max-sensitivity.
  let steps: Int
  /// The most texts for max-sensitivity and coherency.
  let repeated: Int
  /// What was made smaller, for the report; empty when nothing was.
  let reductions: [String]

  /// Networks of more parameters are large.
  static let largest = 5_000_000
  /// The layers of a large network that coherency goes through.
  static let layers = 3

  init(_ study: FaithfulnessStudy, parameters: Int) {
    let isLarge = parameters > Self.largest
    var reductions: [String] = []
    func choose(_ given: Int?, _ usual: Int, _ small: Int, _ what: String) -> Int {
      guard given == nil, isLarge, small < usual else { return given ?? usual }
      reductions.append("\(small) \(what) (otherwise \(usual))")
      return small
    }
    self.isLarge = isLarge
    texts = choose(study.texts, 40, 12, "texts")
    samples = choose(study.samples, study.measure.samples, 120, "passes of the measure")
    steps = choose(study.sensitivitySamples, 4, 2, "steps for max-sensitivity")
    repeated = choose(study.repeated, 12, 5, "texts for max-sensitivity and coherency")
    if isLarge, study.layers == nil { reductions.append("\(Self.layers) layers for coherency (otherwise all)") }
    if isLarge, study.methods == nil { reductions.append("no inversion") }
    self.reductions = reductions
  }

  /// The methods that are judged: those named, or all but the costliest of a large network; and always random scores, the control.
  func methods(_ names: [String]?) throws -> [any AttributionMethod.Type] {
    var kinds = try JudgedMethods.chosen(names)
    if names == nil, isLarge { kinds.removeAll { $0 == Inversion.self } }
    if !kinds.contains(where: { $0 == RandomScores.self }) { kinds.append(RandomScores.self) }
    return kinds
  }

  /// The layers that coherency goes through: all, or some of a large network, evenly, the last among them.
  func layers(_ all: [Feature]) -> [Feature] {
    guard isLarge, all.count > Self.layers else { return all }
    return (1...Self.layers).map { all[$0 * all.count / Self.layers - 1] }
  }
}
