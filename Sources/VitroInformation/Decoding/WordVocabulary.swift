internal import Foundation
internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// The words that a decoder or a sample may name, each with its vector: the network's embedding where it has one, else the words of given texts.
struct WordVocabulary: Sendable {
  /// The number of each word's token; of a network that reads vectors, the word's place here.
  let tokens: [Int]
  /// What each is called.
  let words: [String]
  /// The vectors, `[words, width]`.
  let vectors: Tensor

  var count: Int { tokens.count }
  var width: Int { vectors.shape[1] }

  init(_ network: WordNetwork, seen texts: [WordText]) throws {
    if let model = network.model, let table = try Self.embedding(of: network) {
      tokens = Array(0..<table.shape[0])
      words = tokens.map { model.ownTokenizer?.text(of: $0) ?? "\($0)" }
      vectors = try table.cast(to: .float32)
      return
    }
    var (rows, names, known): ([[Float]], [String], [[Float]: Int]) = ([], [], [:])
    for text in texts {
      let values = try text.vectors.cast(to: .float32).floats
      for (word, name) in text.words.enumerated() {
        let row = Array(values[word * network.width..<(word + 1) * network.width])
        guard known[row] == nil else { continue }
        known[row] = rows.count
        rows.append(row)
        names.append(name)
      }
    }
    guard !rows.isEmpty else { throw VitroError(.argument, "collecting words", "there are no texts") }
    tokens = Array(rows.indices)
    words = names
    vectors = try Tensor(rows: rows)
  }

  /// The place of each word of a text.
  func places(of text: WordText, in network: WordNetwork) throws -> [Int] {
    if network.model != nil, tokens.count > (text.tokens.max() ?? 0) { return text.tokens }
    let distances = try WordVocabulary.distances(text.vectors.cast(to: .float32), vectors)
    return try distances.argmin(axis: 1).ints
  }

  /// The logarithm of how often each word occurs among some, `[1, words]`.
  ///
  /// Words that do not occur share the mass of those that occur once (Good, 1953), so that none is impossible.
  func logFrequencies(of seen: [Int]) throws -> Tensor {
    var counts = [Int](repeating: 0, count: count)
    for word in seen { counts[word] += 1 }
    let (total, unseen) = (Double(max(seen.count, 1)), counts.count { $0 == 0 })
    let missing = unseen == 0 ? 0 : min(max(Double(counts.count { $0 == 1 }), 1) / total, 0.5)
    let logarithms = counts.map { number in
      Float(number == 0 ? log(missing / Double(unseen)) : log((1 - missing) * Double(number) / total))
    }
    return try Tensor(logarithms, shape: [1, count])
  }

  /// `‖a_i − b_v‖²`, `[rows, words]`.
  static func distances(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let squares = try a.square().sum(axes: [1], keepingAxes: true) + b.square().sum(axes: [1]).expandingAxis(0)
    return try (squares - a.matmul(b, transposeB: true) * 2).maximum(Tensor(0.0 as Float))
  }

  /// The table that the network looks its tokens up in.
  private static func embedding(of network: WordNetwork) throws -> Tensor? {
    let graph = network.network.graph
    guard let input = graph.inputs.first?.name,
      let node = graph.nodes.first(where: { $0.layer is Embedding && $0.inputs == [input] })
    else { return nil }
    return try network.network.parameters.value(named: node.ties["weight"] ?? "\(node.name).weight")
  }
}
