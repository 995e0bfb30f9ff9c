internal import VitroNetworks
internal import VitroTensor

extension TextNetwork {
  /// What an architecture leaves: the node to read, the length of its vectors, and the values with one row for each token, layer by layer.
  struct States {
    var last: String
    var width: Int
    var taps: [String]
  }

  /// The sizes of the filters, in tokens (Kim, 2014).
  static let filterSizes = [3, 4, 5]

  func addLSTM(to graph: inout Graph) -> States {
    var last = graph.add("embed.dropout", Dropout(dropout), reading: "embed")
    var taps = ["embed"]
    for layer in 0..<layers {
      last = graph.add("lstm\(layer)", LSTM(layer == 0 ? width : hidden, hidden), reading: last)
      taps.append(last)
    }
    return States(last: last, width: hidden, taps: taps)
  }

  /// Features are the channels of an image one pixel high; filters see zeros before the first token and after the last, so that the shortest text has
  /// answers.
  func addFilters(to graph: inout Graph) -> States {
    graph.add("embed.dropout", Dropout(dropout / 2), reading: "embed")
    graph.add("features", Permute([1, 0]), reading: "embed.dropout")
    graph.add("image", Reshape([width, 1, -1]), reading: "features")
    let largest = Self.filterSizes.map { size in
      let window = Window([1, size], padding: [0, size - 1])
      graph.add("conv\(size)", Conv2d(width, hidden, window: window), reading: "image")
      graph.add("relu\(size)", Activation(.relu), reading: "conv\(size)")
      return graph.add("max\(size)", Maximum(axes: [1, 2]), reading: "relu\(size)")
    }
    graph.nodes.append(Graph.Node("pool", Concatenate(axis: 0), inputs: largest))
    return States(last: "pool", width: hidden * Self.filterSizes.count, taps: ["embed"])
  }

  func addTransformer(to graph: inout Graph) -> States {
    graph.add("embed.positions", PositionalEmbedding(context, width), reading: "embed")
    var stream = graph.add("blocks.0.hook_resid_pre", Dropout(dropout), reading: "embed.positions")
    var taps = [stream]
    for number in 0..<layers {
      stream = addBlock("blocks.\(number)", to: &graph, reading: stream)
      taps.append(stream)
    }
    return States(last: graph.add("ln_final", LayerNorm(width), reading: stream), width: width, taps: taps)
  }

  /// Attention and two dense layers, each normalized before and added to the residual stream; names are TransformerLens's.
  private func addBlock(_ name: String, to graph: inout Graph, reading stream: String) -> String {
    graph.add("\(name).ln1", LayerNorm(width), reading: stream)
    graph.add(
      "\(name).attn", MultiHeadAttention(width, heads: heads, causal: architecture == .decoder), reading: "\(name).ln1")
    graph.add("\(name).hook_attn_out", Dropout(dropout), reading: "\(name).attn")
    let middle = graph.add("\(name).hook_resid_mid", Add(), reading: stream, "\(name).hook_attn_out")
    graph.add("\(name).ln2", LayerNorm(width), reading: middle)
    graph.add("\(name).mlp.in", Linear(width, hidden), reading: "\(name).ln2")
    graph.add("\(name).mlp.hook_post", Activation(.gelu), reading: "\(name).mlp.in")
    graph.add("\(name).mlp.out", Linear(hidden, width), reading: "\(name).mlp.hook_post")
    graph.add("\(name).hook_mlp_out", Dropout(dropout), reading: "\(name).mlp.out")
    return graph.add("\(name).hook_resid_post", Add(), reading: middle, "\(name).hook_mlp_out")
  }
}
