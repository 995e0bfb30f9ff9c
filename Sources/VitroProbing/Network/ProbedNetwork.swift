internal import VitroCore
internal import VitroData
internal import VitroLab
internal import VitroNetworks

/// A network and labelled data in the shape that it takes, read from files, with the taps that are asked for.
struct ProbedNetwork {
  /// One network.
  let network: Network
  /// How many the file holds, when it holds several.
  let instances: Int?
  let data: any LabeledSource
  /// The taps that are asked for, in the order of the network.
  let taps: [String]

  init(_ study: NetworkProbing, _ run: Run) throws {
    let path = study.network ?? ""
    let file = try Network(path)
    let network = try file.instance(0)
    instances = file.instances.flatMap { $0 > 1 ? $0 : nil }
    guard network.graph.inputs.count == 1 else {
      throw VitroError(
        .unsupported, "probing '\(network.graph.name)'", "it has \(network.graph.inputs.count) inputs, expected one")
    }
    try run.read(files: Network.files(at: path), as: path, role: "network")
    taps = try Self.taps(study.taps, of: network)
    let name = study.data ?? ""
    let data = try LabeledSources.open(name, memoryBudget: study.memory << 20)
    try run.read(data, as: name)
    self.data = try Self.shaped(data, as: network.graph.inputs[0].shape, of: network)
    self.network = network
  }

  private static func taps(_ patterns: [String], of network: Network) throws -> [String] {
    guard !patterns.isEmpty else { return TapPlan.taps(of: network) }
    return try network.taps(.names(patterns))
  }

  private static func shaped(
    _ data: any LabeledSource, as shape: [Int], of network: Network
  ) throws -> any LabeledSource {
    if let data = data as? LabeledData { return try data.shaped(shape) }
    guard data.exampleShape == shape || shape.contains(-1) else {
      throw VitroError(
        .shape, "data '\(data.name)'",
        "an example is \(data.exampleShape), '\(network.graph.name)' takes \(shape), and images that are read batch by batch keep their shape",
        hint: "Raise --memory until all images fit, or export the network with that input.",
        details: ["found": "\(data.exampleShape)", "expected": "\(shape)"])
    }
    return data
  }
}
