internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroTensor

extension CompositionTrainingResult {
  static let fileName = "networks.safetensors"

  /// Keeps the networks, in the end and on their way, in a directory.
  func write(to directory: URL) throws {
    var arrays: [(String, RawArray)] = []
    for (index, seed) in seeds.enumerated() {
      arrays += try seed.network.arrays("\(index)")
      for snapshot in seed.snapshots { arrays += try snapshot.network.arrays("\(index).epoch.\(snapshot.epoch)") }
    }
    try Safetensors.write(arrays, to: directory.appending(path: Self.fileName).path)
  }

  /// Reads what ``write(to:)`` kept.
  static func networks(
    _ file: URL, _ training: CompositionTraining
  ) throws -> [(
    network: CompositionNetwork, snapshots: [(epoch: Int, network: CompositionNetwork)]
  )] {
    let file = try SafetensorsFile(file.path)
    return try (0..<training.seeds).map { index in
      let epochs = file.names.compactMap { name -> Int? in
        let parts = name.split(separator: ".")
        guard parts.count == 4, parts[0] == "\(index)", parts[3] == "E_x" else { return nil }
        return Int(parts[2])
      }.sorted()
      return (
        try CompositionNetwork(file, "\(index)", training),
        try epochs.map { ($0, try CompositionNetwork(file, "\(index).epoch.\($0)", training)) }
      )
    }
  }
}

extension CompositionNetwork {
  fileprivate func arrays(_ prefix: String) throws -> [(String, RawArray)] {
    [
      ("\(prefix).E_x", try Tensor(left, shape: [order, width]).raw),
      ("\(prefix).E_y", try Tensor(right, shape: [order, width]).raw),
      ("\(prefix).U", try Tensor(unembed, shape: [width, order]).raw),
    ]
  }

  fileprivate init(_ file: SafetensorsFile, _ prefix: String, _ training: CompositionTraining) throws {
    func floats(_ name: String) throws -> [Float] { try Tensor(file.array(named: "\(prefix).\(name)")).floats }
    try self.init(
      order: training.task.order, width: training.hidden, left: floats("E_x"), right: floats("E_y"),
      unembed: floats("U"))
  }
}
