internal import VitroCore
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// A model's numbers, as `model inspect` shows them.
struct ModelOverview {
  let model: LanguageModel
  let parameters: [ParameterFamily]

  init(_ model: LanguageModel) throws {
    self.model = model
    parameters = try ParameterFamily.all(of: model.network.parameters)
  }

  private var count: Int { parameters.reduce(0) { $0 + $1.count } }
  private var byteCount: Int { model.network.parameters.byteCount }

  /// The bytes that keys and values of one token take while a text is generated.
  private var cacheBytes: Int? {
    model.transformer.map { 2 * $0.layers * $0.keyValueHeads * $0.headWidth * model.network.parameters.dtype.byteWidth }
  }

  func facts() throws -> [String: JSONValue] {
    var facts: [String: JSONValue] = [
      "family": .string(model.family), "name": .string(model.name), "parameters": .integer(count),
      "layers": .integer(model.layers), "width": .integer(try model.width),
      "taps": .array(model.network.tapNames.map(JSONValue.string)), "bytes": .integer(byteCount),
      "tokenizer": model.ownTokenizer.map { .string($0.summary) } ?? .null,
      "predictsNext": .bool(model.predictsNext),
    ]
    guard let transformer = model.transformer else { return facts }
    facts.merge([
      "heads": .integer(transformer.heads), "keyValueHeads": .integer(transformer.keyValueHeads),
      "headWidth": .integer(transformer.headWidth), "vocabulary": .integer(transformer.vocabulary),
      "neurons": .integer(transformer.feedForward?.width ?? 0), "context": .integer(transformer.context),
      "positions": .string(transformer.positionsName), "normalization": .string(transformer.normalization.rawValue),
      "placement": .string(transformer.placement.rawValue), "causal": .bool(transformer.isCausal),
      "cacheBytesPerToken": .integer(cacheBytes ?? 0),
    ]) { own, _ in own }
    return facts
  }

  func report() throws -> Report {
    let transformer = model.transformer
    var metrics = [
      count < 10_000_000
        ? Metric("parameters", Double(count), format: .integer)
        : Metric("parameters", Double(count) / 1e6, format: .significant(4), unit: "million"),
      Metric("layers", Double(model.layers), format: .integer),
      Metric("width", Double(try model.width), format: .integer),
    ]
    if let transformer {
      metrics += [
        Metric("heads", Double(transformer.heads), format: .integer, explanation: headsExplanation(transformer)),
        Metric("tokens", Double(transformer.vocabulary), format: .integer),
        Metric("context", Double(transformer.context), format: .integer),
      ]
    }
    var architecture: [ReportBlock] = [.figure(try ModelDrawing(model).figure()), .figure(sizesFigure)]
    if let transformer { architecture.append(.table(waysTable(transformer))) }
    return Report(
      id: "model-inspect", title: model.name, kicker: "Language model · \(model.family)", lede: RichText(lede),
      metrics: metrics,
      sections: [
        ReportSection("Architecture", id: "architecture", architecture),
        ReportSection("Memory", id: "memory", [.table(memoryTable)]),
        ReportSection("Taps", id: "taps", [.text(tapsText), .table(try tapsTable())]),
        ReportSection("Parameters", id: "parameters", [.table(parameterTable)]),
        ReportSection("Tokenizer", id: "tokenizer", [tokenizerBlock]),
      ])
  }

  private var lede: String {
    let size = Self.short(count)
    guard let transformer = model.transformer else {
      return "A network of tokens with **\(size) parameters** and \(model.network.tapNames.count) named values."
    }
    let answer: String =
      switch transformer.head {
      case .none: "its answer is a hidden state for each token"
      case .masked: "it fills in masked tokens"
      case .unembedding(_, _, let outputs):
        model.predictsNext
          ? "it predicts the next token" : "its answer has \(outputs ?? transformer.vocabulary) outputs for each token"
      }
    return
      "A \(model.family) of **\(transformer.layers) layers** and **\(size) parameters**: \(answer). "
      + "Every one of its \(model.network.tapNames.count) named values can be recorded, replaced, and asked for its gradient."
  }

  private func headsExplanation(_ transformer: TransformerDescription) -> RichText? {
    transformer.keyValueHeads == transformer.heads
      ? RichText("Of width \(transformer.headWidth).")
      : RichText(
        "Of width \(transformer.headWidth); \(transformer.heads / transformer.keyValueHeads) share each of \(transformer.keyValueHeads) heads of keys and values."
      )
  }

  private func waysTable(_ transformer: TransformerDescription) -> Table {
    var rows: [(String, String)] = [
      ("sees", transformer.isCausal ? "itself and earlier positions" : "all positions"),
      ("positions", transformer.positionsName),
      ("normalization", "\(transformer.normalizationName), \(transformer.placementName)"),
      (
        "heads",
        "\(transformer.heads) of width \(transformer.headWidth), \(transformer.keyValueHeads) of keys and values"
      ),
    ]
    if let part = transformer.feedForward {
      rows.append(
        ("feed-forward part", "\(part.width) neurons, \(part.activation.rawValue)\(part.isGated ? ", gated" : "")"))
    }
    if case .unembedding(let isTied, _, _) = transformer.head {
      rows.append(("unembedding", isTied ? "the embedding's own table" : "a table of its own"))
    }
    return Table(columns: [.init("what"), .init("how")], rows: rows.map { [.text($0.0), .text($0.1)] })
  }

  private var sizesFigure: Figure {
    let largest = parameters.sorted { $0.count > $1.count }.prefix(16)
    return Figure(
      "Where the parameters are", caption: "Numbers by kind of parameter, all layers together.", span: .half,
      .bars(
        BarFigure(
          label: "parameter", value: Axis("numbers", format: .integer),
          bars: largest.map { .init($0.short, Double($0.count)) })))
  }

  private var memoryTable: Table {
    let width = model.network.parameters.dtype.byteWidth
    var rows: [[Table.Cell]] = [
      ["in the files", .text(Self.bytes(byteCount))],
      [
        .text("widened to \(model.network.parameters.dtype)"),
        .text("\(Self.bytes(count * width)); one parameter at a time while it is used"),
      ],
    ]
    if let cacheBytes, model.isCausal {
      rows.append(["keys and values of one token", .text(Self.bytes(cacheBytes))])
      rows.append(["keys and values of a full context", .text(Self.bytes(cacheBytes * model.context))])
    }
    return Table(columns: [.init("what"), .init("memory")], rows: rows)
  }

  private var parameterTable: Table {
    Table(
      columns: [
        .init("parameter"), .init("shape"), .init("how many", .integer), .init("numbers", .integer),
        .init("bits per number", .significant(3)),
      ],
      rows: parameters.map {
        [
          .text($0.pattern), .text($0.shape.map(String.init).joined(separator: " × ")), .number(Double($0.repeats)),
          .number(Double($0.count)), .number($0.bits),
        ]
      })
  }

  private var tapsText: RichText {
    "Names are TransformerLens's where the thing is the same. `*` stands for the number of a block; `vitro model run … --record NAME --save FILE` writes values as safetensors."
  }

  private func tapsTable() throws -> Table {
    var order: [String] = []
    var counts: [String: (count: Int, shape: [Int]?)] = [:]
    for tap in model.network.tapNames {
      let pattern = tap.withoutBlockNumber
      if counts[pattern] == nil {
        order.append(pattern)
        counts[pattern] = (0, try model.network.shape(at: tap) ?? model.transformer?.innerShape(tap))
      }
      counts[pattern]?.count += 1
    }
    return Table(
      columns: [.init("tap"), .init("for one text"), .init("how many", .integer)],
      rows: order.map { pattern in
        let shape = counts[pattern]?.shape?.map { $0 == -1 ? "tokens" : "\($0)" }.joined(separator: " × ")
        return [.text(pattern), .text(shape ?? ""), .number(Double(counts[pattern]?.count ?? 0))]
      })
  }

  private var tokenizerBlock: ReportBlock {
    guard let tokenizer = model.ownTokenizer else {
      return .note(.remark, "The files bring no tokenizer; texts are given as the numbers of their tokens.")
    }
    let marks: [(String, Int?)] = [
      ("begins a text", tokenizer.beginning), ("ends a text", tokenizer.end), ("unknown", tokenizer.unknown),
      ("fills up", tokenizer.padding), ("hides a word", tokenizer.mask),
    ]
    var rows: [[Table.Cell]] = [["kind", .text(tokenizer.summary)]]
    for (what, id) in marks {
      if let id { rows.append([.text(what), .text("\(tokenizer.text(of: id)) (\(id))")]) }
    }
    return .table(Table(columns: [.init("what"), .init("token")], rows: rows))
  }

  /// A count in a few characters: "22.7 M".
  static func short(_ count: Int) -> String {
    let number = Double(count)
    for (size, unit) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where number >= size {
      return NumberFormat.significant(3).text(number / size) + "\u{202F}" + unit
    }
    return "\(count)"
  }

  /// Bytes in a few characters: "90.9 MB".
  static func bytes(_ count: Int) -> String { count < 1000 ? "\(count)\u{202F}B" : short(count) + "B" }
}
