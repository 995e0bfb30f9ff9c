internal import Foundation
internal import VitroCore
internal import VitroData
internal import VitroFitting
internal import VitroLab
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// A language model, and labelled texts as its tokens.
struct ProbedTexts {
  /// What stands for the text in a prompt.
  static let placeholder = "{text}"

  private(set) var model: LanguageModel
  let data: LabeledTexts
  /// The tokens of each text.
  let tokens: [[Int]]
  /// How many texts were too long for the model, and cut.
  let cutTexts: Int
  let token: TokenChoice
  /// The values that are asked for, in the order of the network.
  let taps: [String]

  init(_ study: TextProbing, _ run: Run) throws {
    let (path, name) = (study.model ?? "", study.data ?? "")
    let all = try LabeledTexts(
      name, columns: .init(text: study.textColumn, label: study.labelColumn, group: study.groupColumn))
    try run.read(all, as: name)
    data = try study.limit.map { try Self.thinned(all, to: $0, seed: run.seed) } ?? all
    model = try LanguageModel(path)
    try run.read(files: model.files, as: path, role: "network")
    taps =
      study.taps.isEmpty ? model.residualTaps : try model.network.taps(.names(study.taps))
    token = try TokenChoice(study.token)
    let before = study.prompt ?? Self.placeholder
    let tokenizer = try model.tokenizer
    var (tokens, cutTexts): ([[Int]], Int) = ([], 0)
    for text in data.texts {
      let encoded = try tokenizer.encode(before.replacing(Self.placeholder, with: text))
      let kept = Self.cut(encoded, to: model.context, texts: Self.places(of: text, in: before))
      cutTexts += kept.count < encoded.count ? 1 : 0
      guard token.exists(in: kept.count) else {
        throw VitroError(
          .argument, "probing '\(name)'",
          "the text '\(text.prefix(60))' has \(kept.count) tokens, and not \(token.title)",
          hint: "Choose --token last, first or mean.",
          details: ["found": "\(kept.count) tokens", "expected": token.title])
      }
      tokens.append(kept)
    }
    (self.tokens, self.cutTexts) = (tokens, cutTexts)
  }

  /// The same architecture with random weights.
  func untrained(seed: UInt64) throws -> ProbedTexts {
    var other = self
    other.model = LanguageModel(
      name: model.name, family: model.family, transformer: model.transformer,
      network: try Network(model.network.graph, dtype: .float32, seed: seed), tokenizer: model.ownTokenizer)
    return other
  }

  /// Where a text stands in its prompt, in Unicode scalars.
  private static func places(of text: String, in prompt: String) -> [Range<Int>] {
    let length = text.unicodeScalars.count
    var places: [Range<Int>] = []
    var next = 0
    for part in prompt.split(separator: placeholder, omittingEmptySubsequences: false).dropLast() {
      next += part.unicodeScalars.count
      places.append(next..<next + length)
      next += length
    }
    return places
  }

  /// Drops the last words of a text that is too long, and keeps the prompt's and what the tokenizer puts around them; of a prompt that alone is too long, its last.
  private static func cut(_ tokens: [Tokenizer.Token], to most: Int, texts: [Range<Int>]) -> [Int] {
    guard tokens.count > most else { return tokens.map(\.id) }
    func isOfText(_ token: Tokenizer.Token) -> Bool {
      texts.contains { $0.overlaps(token.range) && token.range.upperBound <= $0.upperBound }
    }
    let words = tokens.indices.filter { !tokens[$0].isSpecial }
    let own = words.filter { isOfText(tokens[$0]) }
    let prompt = words.filter { !isOfText(tokens[$0]) }
    let dropped = Set((prompt + own).suffix(tokens.count - most))
    return Array(tokens.indices.filter { !dropped.contains($0) }.map { tokens[$0].id }.prefix(most))
  }

  /// So many texts: whole groups where there are groups, else each class in its share.
  private static func thinned(_ data: LabeledTexts, to limit: Int, seed: UInt64) throws -> LabeledTexts {
    guard data.count > limit else { return data }
    guard let groups = data.groups else {
      let shares = [Double(limit), Double(data.count - limit)]
      return try data.subset(Splits.stratified(labels: data.labels, shares: shares, seed: seed)[0].sorted())
    }
    var stream = RandomStream(seed: seed, "texts of a limit")
    let order = stream.permutation((groups.max() ?? 0) + 1)
    let members = Dictionary(grouping: groups.indices) { groups[$0] }
    var rows: [Int] = []
    for group in order where rows.count + (members[group]?.count ?? 0) <= limit { rows += members[group] ?? [] }
    return try data.subset(rows.sorted())
  }
}
