internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// What probes read at the layers of a language model.
struct TextProbingResult: Sendable {
  /// The readings with what was asked for, as studies of any network have them.
  let probing: NetworkProbingResult
  let subject: Subject
  /// How accuracy grows with depth, by kind; only kinds that have a reading at every layer that is read.
  let curves: [(kind: ProbeKind, curve: DepthCurve, control: DepthCurve)]
  /// The readings of the first kind on random weights, by tap.
  let untrained: [String: TapReading]?
  let views: [LayerViews.View]

  /// The model and what stands for a text.
  struct Subject: Sendable {
    var model, family: String
    var layers, width, parameters: Int
    var texts: Int
    /// The tokens of all texts.
    var tokens: Int
    var cutTexts, context: Int
    var token: String
    var prompt: String?
    var columns: LabeledTexts.Columns?
    /// Whether the values probed are the states of all layers, so that they can be counted.
    var areLayers: Bool
  }

  init(
    _ study: TextProbing, _ subject: ProbedTexts, _ trained: TextReadings, _ random: TextReadings?, seed: UInt64
  ) throws {
    let (data, model) = (subject.data, subject.model)
    let names = data.classNames
    probing = NetworkProbingResult(
      subject: .init(
        network: model.name, instances: nil, data: data.name, source: data.source,
        classNames: trained.classes.map { names[$0] }, counts: trained.counts,
        groups: data.groups.map { Set($0).count }, hasOfficialTest: false,
        unseen: trained.unseen.sorted { $0.key < $1.key }.map { .init(className: names[$0], examples: $1) }),
      settings: .init(
        kinds: study.probes, taps: subject.taps, standardizing: !study.raw, balanced: study.balanced,
        neurons: study.neurons, hidden: study.hidden, repetition: trained.repetition, divisions: trained.divisions,
        precision: study.precision.rawValue),
      readings: trained.readings, skipped: trained.skipped, sparsity: trained.sparsity)
    self.subject = Subject(
      model: model.name, family: model.family, layers: model.layers, width: try model.width,
      parameters: model.network.parameters.entries.reduce(0) { $0 + $1.count },
      texts: data.count, tokens: subject.tokens.reduce(0) { $0 + $1.count }, cutTexts: subject.cutTexts,
      context: model.context, token: subject.token.title, prompt: study.prompt, columns: data.columns,
      areLayers: subject.taps == model.residualTaps)
    let share = Double(trained.counts[2]) / Double(max(1, trained.counts[0]))
    curves = study.probes.compactMap { kind in
      let places = trained.readings.indices.filter { trained.readings[$0].kind == kind }
      guard places.count >= 2 else { return nil }
      func curve(_ hits: [[HitList]], _ units: [[Int]]) -> DepthCurve {
        DepthCurve(places.map { hits[$0].map(\.values) }, units: units, testShare: share, seed: seed)
      }
      return (
        kind, curve(trained.hits, trained.testUnits), curve(trained.controlHits, trained.controlUnits)
      )
    }
    let kind = study.probes[0]
    untrained = random.map { random in
      Dictionary(random.readings.filter { $0.kind == kind }.map { ($0.tap, $0) }) { first, _ in first }
    }
    views = trained.views
  }

  /// The kind that the pictures show.
  var kind: ProbeKind { probing.kinds.first ?? .logistic }
  /// The readings of that kind, in the order of the network.
  var layers: [TapReading] { probing.readings.filter { $0.kind == kind } }
  /// Its curve.
  var curve: DepthCurve? { curves.first { $0.kind == kind }?.curve }

  /// The curve of its control.
  var controlCurve: DepthCurve? { curves.first { $0.kind == kind }?.control }

  /// The number of a layer that is read, among all layers of the model, where what is probed are layers.
  func layerNumber(_ place: Int) -> Int {
    guard subject.areLayers, layers.indices.contains(place) else { return place }
    return probing.settings.taps.firstIndex(of: layers[place].tap) ?? place
  }

  /// The layers between which a point lies in 95 % of the draws that have it.
  func ends(_ point: DepthCurve.Point) -> (low: Double, high: Double)? {
    guard let low = point.low, let high = point.high else { return nil }
    guard subject.areLayers, !probing.skipped.isEmpty else { return (low, high) }
    return (Double(layerNumber(Int(low.rounded(.down)))), Double(layerNumber(Int(high.rounded(.up)))))
  }

  /// What a layer is called.
  func title(_ number: Int) -> String {
    let tap = layers.indices.contains(number) ? layers[number].tap : ""
    return subject.areLayers && probing.skipped.isEmpty ? "layer \(number)" : "`\(tap)`"
  }
}
