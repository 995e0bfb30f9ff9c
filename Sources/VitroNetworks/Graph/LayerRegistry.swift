internal import Synchronization
internal import VitroCore

/// The layers that `network.json` can name.
///
/// ```swift
/// try LayerRegistry.register(Gate.self)
/// ```
public enum LayerRegistry {
  private static let kinds = Mutex<[String: any Layer.Type]>(
    Dictionary(uniqueKeysWithValues: builtIn.map { ($0.kind, $0) }))

  static let builtIn: [any Layer.Type] = [
    Activation.self, Add.self, AveragePool2d.self, BatchNorm.self, Concatenate.self, Conv2d.self, Dropout.self,
    Embedding.self, EquivariantLinear.self, Flatten.self, GRU.self, LSTM.self, LayerNorm.self, Linear.self,
    MaxPool2d.self, Maximum.self, Mean.self, Multiply.self, MultiHeadAttention.self, ONNXOperation.self, Permute.self,
    Pick.self, PositionTable.self, PositionalEmbedding.self, RMSNorm.self, Reshape.self, Scale.self, Softmax.self,
    TokenTypeTable.self,
  ]

  /// Makes a layer known under its kind, so that networks with it can be read.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when another layer has that kind.
  public static func register(_ layer: any Layer.Type) throws {
    try kinds.withLock { kinds in
      if let known = kinds[layer.kind], known != layer {
        throw VitroError(.argument, "registering \(layer)", "the kind '\(layer.kind)' belongs to \(known)")
      }
      kinds[layer.kind] = layer
    }
  }

  /// The layer of a kind.
  ///
  /// - Throws: ``/VitroCore/VitroError`` with the nearest known name when there is none.
  public static func layer(ofKind kind: String, node: String) throws -> any Layer.Type {
    try kinds.withLock { kinds in
      guard let layer = kinds[kind] else {
        throw VitroError.unknownName(kind, kind: "operation", known: kinds.keys.sorted(), operation: "node '\(node)'")
      }
      return layer
    }
  }
}
