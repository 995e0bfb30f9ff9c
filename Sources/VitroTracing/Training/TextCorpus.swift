internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroFormats
internal import VitroLab
internal import VitroModels
internal import VitroNetworks

/// Texts to train on, as tokens, with those to stop and to judge by.
struct TextCorpus {
  enum Source {
    case labelled(train: TokenizedTexts, validation: TokenizedTexts, test: TokenizedTexts)
    case plain(train: TokenStretches, validation: TokenStretches, test: TokenStretches)
  }

  /// What it is called in reports.
  let name: String
  let source: Source
  let classNames: [String]
  /// What each test text belongs to, where a column says so.
  let testGroups: [Int]?
  let vocabulary: TextVocabulary
  /// How many texts were cut.
  let cutTexts: Int
  /// The share of the test tokens that the vocabulary does not know.
  let unknownShare: Double

  init(_ study: TextTraining, _ run: Run) throws {
    self = try study.language ? .init(plain: study, run) : .init(labelled: study, run)
  }

  var batches: (train: any BatchSource, validation: any BatchSource, test: any BatchSource) {
    switch source {
    case .labelled(let train, let validation, let test): (train, validation, test)
    case .plain(let train, let validation, let test): (train, validation, test)
    }
  }

  // MARK: Labelled texts

  private init(labelled study: TextTraining, _ run: Run) throws {
    let parts = try Self.parts(study, run)
    name = parts.train.name
    classNames = parts.train.classNames
    let design = study.design(vocabulary: 2, classes: classNames)
    vocabulary = try TextVocabulary(
      of: parts.train.texts, units: study.tokenUnits, least: study.least ?? 2, beginsTexts: design.pooling == .first)
    let tokenizer = try Tokenizer(json: vocabulary.file())
    var cutTexts = 0
    func tokens(_ data: LabeledTexts) throws -> TokenizedTexts {
      var kept: [(tokens: [Int], label: Int)] = []
      for (text, label) in zip(data.texts, data.labels) {
        let ids = try tokenizer.encode(text).map(\.id)
        cutTexts += ids.count > study.tokenLimit ? 1 : 0
        // A text of nothing but what the tokenizer drops stands as an unknown token: it is judged like any other.
        kept.append((ids.isEmpty ? [0] : Array(ids.prefix(study.tokenLimit)), label))
      }
      return try TokenizedTexts(kept.map(\.tokens), labels: kept.map(\.label))
    }
    let unsorted = try tokens(parts.test)
    let test = try unsorted.sortedByLength()
    // The order of sortedByLength().
    let order = unsorted.tokens.indices.sorted {
      (unsorted.tokens[$0].count, $0) < (unsorted.tokens[$1].count, $1)
    }
    testGroups = parts.test.groups.map { groups in order.map { groups[$0] } }
    source = .labelled(
      train: try tokens(parts.train), validation: try tokens(parts.validation).sortedByLength(), test: test)
    self.cutTexts = cutTexts
    unknownShare = Self.unknownShare(test.tokens.joined())
  }

  private static func parts(
    _ study: TextTraining, _ run: Run
  ) throws -> (train: LabeledTexts, validation: LabeledTexts, test: LabeledTexts) {
    let columns = LabeledTexts.Columns(text: study.textColumn, label: study.labelColumn, group: study.groupColumn)
    let all = try LabeledTexts(study.data ?? "", columns: columns)
    try run.read(all, as: study.data ?? "")
    guard all.classNames.count >= 2 else {
      throw VitroError(
        .argument, "training on '\(all.name)'", "all texts are of one class, '\(all.classNames.first ?? "")'",
        hint: "A network needs two classes or more to tell apart.")
    }
    func read(_ path: String?) throws -> LabeledTexts? {
      try path.map { path in
        let data = try LabeledTexts(path, columns: .init(text: columns.text, label: columns.label))
        try run.read(data, as: path)
        return try data.relabelled(all.classNames)
      }
    }
    let (validation, test) = (try read(study.validation), try read(study.test))
    var shares: [Double] = [8]
    if validation == nil { shares.append(1) }
    if test == nil { shares.append(1) }
    guard shares.count > 1 else { return (all, validation ?? all, test ?? all) }
    let split =
      if let groups = all.keepingCopiesTogether().groups {
        try Splits.grouped(groups: groups, labels: all.labels, shares: shares, seed: run.seed)
      } else {
        try Splits.stratified(labels: all.labels, shares: shares, seed: run.seed)
      }
    return (
      try all.subset(split[0]), try validation ?? all.subset(split[1]), try test ?? all.subset(split[split.count - 1])
    )
  }

  // MARK: Plain text

  private init(plain study: TextTraining, _ run: Run) throws {
    let path = study.data ?? ""
    let file = try FileBytes(path: path)
    try run.read(path, role: "data")
    guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw VitroError.malformed(
        file: path, field: "encoding", found: "bytes that are not UTF-8", expected: "a plain text in UTF-8")
    }
    name = (path as NSString).lastPathComponent
    classNames = []
    testGroups = nil
    let scalars = Array(text.unicodeScalars)
    let borders = [0, scalars.count * 8 / 10, scalars.count * 9 / 10, scalars.count]
    let parts = (0..<3).map { part -> String in
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars[borders[part]..<borders[part + 1]])
      return text
    }
    vocabulary = try TextVocabulary(of: [parts[0]], units: study.tokenUnits, least: study.least ?? 1)
    let tokenizer = try Tokenizer(json: vocabulary.file())
    let stretches = try parts.map { part in
      try TokenStretches(tokenizer.encode(part).map(\.id), length: study.tokenLimit)
    }
    source = .plain(train: stretches[0], validation: stretches[1], test: stretches[2])
    cutTexts = 0
    unknownShare = Self.unknownShare(stretches[2].tokens)
  }

  private static func unknownShare(_ tokens: some Sequence<Int>) -> Double {
    var (count, unknown) = (0, 0)
    for token in tokens {
      count += 1
      unknown += token == 0 ? 1 : 0
    }
    return Double(unknown) / Double(Swift.max(count, 1))
  }
}

extension LabeledTexts {
  /// The same texts with the numbers that other data give the classes.
  fileprivate func relabelled(_ names: [String]) throws -> LabeledTexts {
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var result = self
    result.classNames = names
    result.labels = try labels.map { label in
      guard let number = numbers[classNames[label]] else {
        throw VitroError(
          .argument, "reading '\(name)'", "the class '\(classNames[label])' is not one that the training texts have",
          details: ["found": classNames[label], "expected": names.prefix(8).joined(separator: ", ")])
      }
      return number
    }
    return result
  }
}
