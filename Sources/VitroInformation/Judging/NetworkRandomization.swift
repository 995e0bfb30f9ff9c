internal import VitroCore
internal import VitroModels
internal import VitroNetworks
internal import VitroTensor

/// Networks whose weights are dealt anew behind the words' vectors: what the sanity check of Adebayo et al., *Sanity Checks for Saliency Maps* (2018), compares with.
///
/// Each weight tensor keeps its numbers and their spread, in random order, so that values inside stay about as large as they were in a network of any kind. Normalizations keep
/// their factors where these are all alike. A weight that a later layer shares with the words' embedding is dealt anew too; words enter unchanged, for texts hold their vectors.
enum NetworkRandomization {
  /// The network with all layers behind the words dealt anew.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - seed: What the order is drawn from.
  static func randomized(_ network: WordNetwork, seed: UInt64) throws -> WordNetwork {
    let layers = Set(try layers(of: network))
    let chosen = Set(
      network.network.graph.nodes.filter { layers.contains($0.name) }.flatMap { node in
        node.layer.parameters.map { node.ties[$0.name] ?? "\(node.name).\($0.name)" }
      })
    var changed = network.network
    try changed.parameters.own()
    for entry in changed.parameters.entries where entry.spec.isTrainable {
      guard chosen.contains(entry.name) else { continue }
      var stream = RandomStream(seed: seed, "dealing \(entry.name)")
      let order = stream.permutation(entry.count).map { Int64($0) }
      let value = try changed.parameters.value(named: entry.name)
      try changed.parameters.set(
        entry.name, to: value.reshaped([entry.count]).gather(Tensor(order)).reshaped(entry.shape))
    }
    return try network.replacing(changed)
  }

  /// The nodes with weights that depend on the words' vectors, in the order of the network.
  static func layers(of network: WordNetwork) throws -> [String] {
    let graph = network.network.graph
    var dependent: Set<String> = [network.entry]
    var result: [String] = []
    for node in graph.nodes {
      let isEntry = (node.tap ?? node.name) == network.entry
      if isEntry { dependent.insert(node.name) }
      guard !isEntry, node.inputs.contains(where: dependent.contains) else { continue }
      dependent.insert(node.name)
      if !node.layer.parameters.isEmpty { result.append(node.name) }
    }
    return result
  }
}

extension WordNetwork {
  /// The same with other weights.
  func replacing(_ changed: Network) throws -> WordNetwork {
    guard let model else { return try WordNetwork(changed, name: name, context: context, isCausal: isCausal) }
    return try WordNetwork(
      LanguageModel(
        name: model.name, family: model.family, transformer: model.transformer, network: changed,
        tokenizer: model.ownTokenizer, files: model.files))
  }
}
