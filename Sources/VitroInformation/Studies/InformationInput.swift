internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFormats
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// What all studies of information read: a model, texts, layers, and reference texts.
struct InformationInput {
  /// The operation's name in errors.
  let operation: String
  let run: Run

  init(_ operation: String, _ run: Run) { (self.operation, self.run) = (operation, run) }

  /// Opens a model.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there is none, or it reads no words.
  func network(_ path: String?, field: String = "model") throws -> WordNetwork {
    guard let path, !path.isEmpty else {
      throw VitroError(
        .argument, operation, "MODEL, a directory or file, is missing", details: ["field": field])
    }
    let model = try LanguageModel(path)
    try run.read(files: model.files, as: path, role: field)
    return try WordNetwork(model)
  }

  // MARK: - Texts

  /// The texts of a file: a line each, or the texts of a table with labels.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the file cannot be read or has no text.
  func texts(in path: String, atMost limit: Int, role: String) throws -> [String] {
    try run.read(path, role: role)
    let name = path.lowercased()
    if [".csv", ".tsv", ".csv.gz", ".tsv.gz"].contains(where: name.hasSuffix) {
      return Array(try LabeledTexts(path).texts.prefix(limit))
    }
    let bytes = try FileBytes(path: path)
    let whole = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
    let lines = whole.split(whereSeparator: \.isNewline).lazy.filter { !$0.allSatisfy(\.isWhitespace) }
    let texts = lines.prefix(limit).map(String.init)
    guard !texts.isEmpty else {
      throw VitroError.malformed(file: path, field: "lines", found: "none", expected: "a text on each line")
    }
    return Array(texts)
  }

  /// A given text, or the texts of a file.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when neither or both are given, or a text does not fit.
  func texts(_ text: String?, _ data: String?, atMost limit: Int, for network: WordNetwork) throws -> [WordText] {
    guard (text == nil) != (data == nil) else {
      throw VitroError(
        .argument, operation, text == nil ? "no text is given" : "--text and --data both give texts",
        hint: "Give --text TEXT or --data FILE.", details: ["field": "text"])
    }
    if let text { return [try network.text(text)] }
    return try texts(in: data ?? "", atMost: limit, role: "texts").map { try fitting($0, network) }
  }

  /// A text of a file, cut where it is longer than the model takes; what the tokenizer puts at the end stays there.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for an empty text, or tokens that do not exist.
  func fitting(_ text: String, _ network: WordNetwork) throws -> WordText {
    guard let model = network.model else { return try network.text(text) }
    let tokens = try ModelWords(model).cut(text)
    guard tokens.count > network.context else { return try network.text(text) }
    let end = tokens.reversed().prefix { $0.isSpecial && $0.range.isEmpty }.reversed()
    let kept = Array(tokens.prefix(network.context - end.count)) + end
    return try WordText(tokens: kept, text: text, vectors: network.vectors(of: kept.map(\.id)))
  }

  /// The texts that spreads are measured over: a file's, or the built-in prose; random tokens for a model without a tokenizer.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the file cannot be read.
  func reference(_ path: String?, atMost limit: Int, for network: WordNetwork) throws -> [WordText] {
    if let path {
      return try texts(in: path, atMost: limit, role: "reference").map { try fitting($0, network) }
    }
    guard network.model?.ownTokenizer != nil else {
      throw VitroError(
        .argument, operation, "'\(network.name)' has no tokenizer, so that the built-in reference texts cannot be read",
        hint: "Give --reference FILE with the numbers of tokens on each line.", details: ["field": "reference"])
    }
    return try ReferenceTexts.sentences.prefix(limit).map { try fitting($0, network) }
  }

  // MARK: - Layers

  /// The values that names and patterns mean; all hidden states and the answer when there are none.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for a name that no value has, with the nearest one.
  func features(_ names: [String], of network: WordNetwork) throws -> [Feature] {
    guard !names.isEmpty else {
      var features = network.hiddenStates.map { Feature($0) }
      if !network.answersEachWord {
        let ends = ["pool", network.answer].filter { network.network.tapNames.contains($0) }
        features += ends.filter { !network.hiddenStates.contains($0) }.map { Feature($0) }
      }
      return features
    }
    var features: [Feature] = []
    for name in names {
      let wanted = try Feature(parsing: name)
      guard wanted.tap.contains("*") else {
        try network.check([wanted])
        features.append(wanted)
        continue
      }
      let matching = try network.network.taps(.names([wanted.tap])).map { Feature($0, at: wanted.position) }
      // A pattern means what can be asked about: not what comes before the words' vectors.
      let measurable = matching.filter { (try? network.check([$0])) != nil }
      guard !measurable.isEmpty else { try network.check(matching); continue }
      features += measurable
    }
    try network.check(features)
    var seen = Set<Feature>()
    return features.filter { seen.insert($0).inserted }
  }
}
