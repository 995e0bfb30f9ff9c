internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// The networks that learn to reverse.
enum ReversalNetwork: String, Sendable, Hashable, Codable, CaseIterable {
  /// Two layers of long short-term memory: what is to be answered must be in the state.
  case lstm
  /// Two blocks of a transformer that looks back: what is to be answered can be fetched when it is its turn.
  case decoder

  var title: String { self == .lstm ? "LSTM" : "transformer" }

  static let width = 24
  static let hidden = 48
  static let layers = 2

  /// The values with a row for each step.
  var states: [String] {
    (0..<Self.layers).map { self == .lstm ? "lstm\($0)" : "blocks.\($0).hook_resid_post" }
  }

  /// `[length]` tokens → `[length, symbols + 1]` scores.
  func graph(_ task: ReversalTask) -> Graph {
    let classes = task.symbols + 1
    var graph = Graph("reversal \(title)", inputs: [Graph.Input("tokens", shape: [-1])])
    let width = self == .lstm ? Self.width : Self.hidden
    graph.add("embed", Embedding(classes, width), reading: "tokens")
    var taps = ["embed"]
    switch self {
    case .lstm:
      var last = "embed"
      for (layer, name) in states.enumerated() {
        last = graph.add(name, LSTM(layer == 0 ? width : Self.hidden, Self.hidden), reading: last)
      }
      graph.add("logits", Linear(Self.hidden, classes), reading: last)
    case .decoder:
      var stream = graph.add("blocks.0.hook_resid_pre", PositionalEmbedding(task.context, width), reading: "embed")
      taps = [stream]
      for layer in 0..<Self.layers {
        let name = "blocks.\(layer)"
        graph.add("\(name).ln1", LayerNorm(width), reading: stream)
        graph.add("\(name).attn", MultiHeadAttention(width, heads: 4, causal: true), reading: "\(name).ln1")
        let middle = graph.add("\(name).hook_resid_mid", Add(), reading: stream, "\(name).attn")
        graph.add("\(name).ln2", LayerNorm(width), reading: middle)
        graph.add("\(name).mlp.in", Linear(width, 2 * width), reading: "\(name).ln2")
        graph.add("\(name).mlp.hook_post", Activation(.gelu), reading: "\(name).mlp.in")
        graph.add("\(name).mlp.out", Linear(2 * width, width), reading: "\(name).mlp.hook_post")
        stream = graph.add("\(name).hook_resid_post", Add(), reading: middle, "\(name).mlp.out")
      }
      graph.add("ln_final", LayerNorm(width), reading: stream)
      graph.add("logits", Linear(width, classes), reading: "ln_final")
    }
    graph.outputs = ["logits"]
    graph.metadata = [
      "family": "vitro-\(rawValue)", "hiddenStates": (taps + states).joined(separator: ","), "width": "\(width)",
      "context": "\(task.context)", "vocabulary": "\(classes)", "causal": "true", "predictsNext": "false",
    ]
    return graph
  }

  /// A trained network, opened at its words.
  func words(_ network: Network) throws -> WordNetwork {
    try WordNetwork(LanguageModel(name: title, family: "vitro-\(rawValue)", transformer: nil, network: network))
  }
}
