import Vitro

private let (batch, length, width, heads) = (8, 128, 256, 8)

/// A block of a transformer as in GPT-2, without the causal mask: by itself, and with every value inside recorded.
let transformerCases: [Case] = [
  block("transformer block", recording: .none),
  block("transformer block, recorded", recording: .all),
]

private func block(_ name: String, recording: TapSelection) -> Case {
  Case(name, "transformer", Double(batch * length), "token") {
    var graph = Graph("block", inputs: [Graph.Input("resid_pre", shape: [length, width])])
    graph.add("ln1", LayerNorm(width), reading: "resid_pre")
    graph.add("attn", MultiHeadAttention(width, heads: heads), reading: "ln1")
    graph.add("resid_mid", Add(), reading: "resid_pre", "attn")
    graph.add("ln2", LayerNorm(width), reading: "resid_mid")
    graph.add("mlp_in", Linear(width, 4 * width), reading: "ln2")
    graph.add("gelu", Activation(.gelu), reading: "mlp_in")
    graph.add("mlp_out", Linear(4 * width, width), reading: "gelu")
    graph.add("resid_post", Add(), reading: "resid_mid", "mlp_out")
    graph.outputs = ["resid_post"]
    let network = try Network(graph, seed: 0)
    var stream = RandomStream(seed: 0, "transformer")
    let tokens = try stream.normal([batch, length, width])
    return { _ = try network.run([tokens], recording: recording) }
  }
}
