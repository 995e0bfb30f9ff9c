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
  let curves: [(kind: ProbeKind, curve: DepthCurve)]
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
    curves = study.probes.compactMap { kind in
      let layers = zip(trained.readings, trained.hits).filter { $0.0.kind == kind }
      guard layers.count >= 2 else { return nil }
      return (kind, DepthCurve(layers.map { $0.1.map(\.values) }, groups: trained.testGroups, seed: seed))
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

  /// What a layer is called.
  func title(_ number: Int) -> String {
    let tap = layers.indices.contains(number) ? layers[number].tap : ""
    return subject.areLayers && probing.skipped.isEmpty ? "layer \(number)" : "`\(tap)`"
  }
}
