internal import Foundation
internal import SwiftProtobuf
internal import VitroCore

extension ONNXModel {
  /// Writes the model, atomically; equal models give equal bytes.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for what ``encode()`` refuses; `file` when it cannot be written.
  public func write(to path: String) throws { try AtomicFile.write(encode(), to: path) }

  /// The bytes of an ONNX file with this model.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` for an attribute that is ``Attribute/unread(_:)``, and beyond the 2 GiB that a protobuf file may have.
  public func encode() throws -> [UInt8] {
    var proto = ONNXModelProto()
    proto.irVersion = Int64(formatVersion)
    proto.producerName = producer
    proto.producerVersion = producerVersion
    proto.docString = documentation
    proto.opsetImport = ([("", opset)] + otherOpsets.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }).map {
      entry in
      .with { ($0.domain, $0.version) = (entry.0, Int64(entry.1)) }
    }
    proto.metadataProps = metadata.sorted { $0.key < $1.key }.map { entry in
      .with { ($0.key, $0.value) = (entry.key, entry.value) }
    }
    proto.graph.name = name
    proto.graph.input = inputs.map(\.proto)
    proto.graph.output = outputs.map(\.proto)
    proto.graph.initializer = initializers.map { ONNXTensorProto($1, name: $0) }
    proto.graph.node = try nodes.map { try $0.proto() }
    do {
      return try proto.serializedBytes()
    } catch {
      throw VitroError(
        .argument, "encoding ONNX", "the model is too large (\(error))", hint: "An ONNX file ends at 2 GiB.")
    }
  }
}

extension ONNXModel.Value {
  fileprivate var proto: ONNXValueInfoProto {
    var result = ONNXValueInfoProto()
    result.name = name
    result.type.tensorType.elemType = ONNXElementType.code(named: elementType)
    if let shape {
      result.type.tensorType.shape.dim = shape.map { length in
        .with {
          switch length {
          case .fixed(let count): $0.dimValue = Int64(count)
          case .symbolic(let name): $0.dimParam = name
          case .unknown: break
          }
        }
      }
    }
    return result
  }
}

extension ONNXModel.Node {
  fileprivate func proto() throws -> ONNXNodeProto {
    var result = ONNXNodeProto()
    result.name = name
    result.opType = operation
    result.domain = domain
    result.input = inputs
    result.output = outputs
    result.attribute = try attributes.sorted { $0.key < $1.key }.map { key, value in
      try value.proto(named: key, node: name)
    }
    return result
  }
}

extension ONNXModel.Attribute {
  fileprivate func proto(named name: String, node: String) throws -> ONNXAttributeProto {
    var result = ONNXAttributeProto()
    result.name = name
    switch self {
    case .float(let value): (result.f, result.type) = (value, 1)
    case .int(let value): (result.i, result.type) = (Int64(value), 2)
    case .string(let value): (result.s, result.type) = (Data(value.utf8), 3)
    case .tensor(let value): (result.t, result.type) = (ONNXTensorProto(value, name: name), 4)
    case .floats(let values): (result.floats, result.type) = (values, 6)
    case .ints(let values): (result.ints, result.type) = (values.map { Int64($0) }, 7)
    case .strings(let values): (result.strings, result.type) = (values.map { Data($0.utf8) }, 8)
    case .unread(let kind):
      throw VitroError(
        .argument, "encoding ONNX", "the attribute '\(name)' of node '\(node)' was not read (\(kind))",
        details: ["field": name, "found": kind, "expected": "an attribute that is known"])
    }
    return result
  }
}

extension ONNXTensorProto {
  fileprivate init(_ array: RawArray, name: String) {
    self.init()
    self.name = name
    dims = array.shape.map { Int64($0) }
    dataType = ONNXElementType.code(of: array.dtype)
    rawData = array.withBytes { Data($0) }
  }
}
