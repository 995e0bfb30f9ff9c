internal import VitroCore
public import VitroNetworks
internal import VitroTensor

/// Texts as token numbers with their labels, for training and judging text networks; texts of one length run together.
public struct TokenizedTexts: BatchSource {
  /// The tokens of each text.
  public let tokens: [[Int]]
  /// The class of each text.
  public let labels: [Int]

  /// Takes texts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when there are not as many labels as texts, or a text has no token.
  public init(_ tokens: [[Int]], labels: [Int]) throws {
    guard tokens.count == labels.count else {
      throw VitroError(.shape, "texts", "there are \(labels.count) labels for \(tokens.count) texts")
    }
    if let empty = tokens.firstIndex(where: \.isEmpty) {
      throw VitroError(.argument, "texts", "text \(empty) has no token")
    }
    self.tokens = tokens
    self.labels = labels
  }

  /// The number of texts.
  public var count: Int { tokens.count }

  /// The lengths.
  public var batchKeys: [Int]? { tokens.map(\.count) }

  /// Some texts of one length, `[texts, length]`, with their labels.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a text does not exist, or lengths differ.
  public func batch(_ indices: [Int]) throws -> Batch {
    guard let first = indices.first, indices.allSatisfy(tokens.indices.contains) else {
      throw VitroError(.argument, "texts", "texts \(indices.prefix(8)) of \(count) are asked for")
    }
    let length = tokens[first].count
    guard indices.allSatisfy({ tokens[$0].count == length }) else {
      throw VitroError(
        .shape, "texts", "texts of \(Set(indices.map { tokens[$0].count }).sorted()) tokens are to run together",
        hint: "Only texts of one length do; batchKeys says which.")
    }
    return try Batch(
      Tensor(indices.flatMap { tokens[$0] }, shape: [indices.count, length]), target: Tensor(indices.map { labels[$0] })
    )
  }

  /// The same texts, the short ones first, so that neighbours run together.
  public func sortedByLength() throws -> TokenizedTexts {
    let order = tokens.indices.sorted { (tokens[$0].count, $0) < (tokens[$1].count, $1) }
    return try TokenizedTexts(order.map { tokens[$0] }, labels: order.map { labels[$0] })
  }
}

/// Stretches of one long text, each with the tokens that come next: what a language model learns from.
public struct TokenStretches: BatchSource {
  /// All tokens.
  public let tokens: [Int]
  /// The tokens of a stretch.
  public let length: Int

  /// Cuts a text into stretches that follow one another; what is left at its end is not used.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the text is not longer than one stretch.
  public init(_ tokens: [Int], length: Int) throws {
    guard length >= 1, tokens.count > length else {
      throw VitroError(
        .argument, "text", "\(tokens.count) tokens make no stretch of \(length) with the token after it",
        hint: "Give a longer text, or take shorter stretches.")
    }
    self.tokens = tokens
    self.length = length
  }

  /// The number of stretches.
  public var count: Int { (tokens.count - 1) / length }

  /// Some stretches `[stretches, length]`, with the tokens that come after each of their tokens.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a stretch does not exist.
  public func batch(_ indices: [Int]) throws -> Batch {
    guard indices.allSatisfy((0..<count).contains) else {
      throw VitroError(.argument, "text", "stretches \(indices.prefix(8)) of \(count) are asked for")
    }
    func stretches(shift: Int) throws -> Tensor {
      let values = indices.flatMap { tokens[$0 * length + shift..<($0 + 1) * length + shift] }
      return try Tensor(values, shape: [indices.count, length])
    }
    return try Batch(stretches(shift: 0), target: stretches(shift: 1))
  }
}
