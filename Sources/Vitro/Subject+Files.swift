internal import VitroCore
internal import VitroData
public import VitroLab
internal import VitroNetworks

extension Subject {
  /// Reads a network and labelled data from files.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when either cannot be read or the two do not fit together.
  public init(networkPath: String, dataPath: String, seed: UInt64) throws {
    let network = try Network(networkPath)
    guard network.graph.inputs.count == 1 else {
      throw VitroError(
        .unsupported, "examining '\(network.graph.name)'", "it has \(network.graph.inputs.count) inputs, expected one")
    }
    let data = try LabeledData.load(dataPath).shaped(network.graph.inputs[0].shape)
    try self.init(network: network.instance(0), data: data, seed: seed)
    readFiles =
      Network.files(at: networkPath).map { ("network", $0) }
      + data.files.map { ("data", $0) }
  }
}
