internal import Foundation
internal import SwiftProtobuf
internal import VitroCore

/// Turns a file's bytes into an ``ONNXModel``.
struct ONNXDecoder {
  let file: FileBytes
  let limits: FormatLimits
  private var scan: ONNXWireScan
  private let proto: ONNXModelProto

  init(_ file: FileBytes, limits: FormatLimits) throws {
    self.file = file
    self.limits = limits
    guard file.count > 0 else {
      throw file.malformed(field: "size", found: "an empty file", expected: "an ONNX model")
    }
    scan = try ONNXWireScan(file)
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      proto = try withExtendedLifetime(file.buffer) {
        let bytes = Data(bytesNoCopy: file.buffer.address + file.offset, count: file.count, deallocator: .none)
        return try ONNXModelProto(serializedBytes: bytes, options: options)
      }
    } catch BinaryDecodingError.invalidUTF8 {
      throw file.malformed(field: "model", found: "text that is not UTF-8", expected: "texts in UTF-8")
    } catch {
      throw file.malformed(field: "model", found: "bytes that do not decode (\(error))", expected: "a protobuf message")
    }
  }

  mutating func spend(_ bytes: Int) throws { try scan.spend(bytes) }

  mutating func model() throws -> ONNXModel {
    guard proto.hasGraph else {
      throw file.malformed(field: "graph", found: "none", expected: "a graph")
    }
    let graph = proto.graph
    guard proto.functions.isEmpty else {
      throw file.unsupported(
        field: "functions", found: "\(proto.functions.count) functions of the model's own", expected: "none",
        hint: "Put them in place: onnx.inliner.inline_local_functions(model) in Python.")
    }
    guard graph.sparseInitializer.isEmpty else {
      throw file.unsupported(
        field: "graph.sparse_initializer", found: "\(graph.sparseInitializer.count) sparse tensors",
        expected: "dense tensors")
    }
    for (what, count) in [
      ("node", graph.node.count), ("initializer", graph.initializer.count), ("input", graph.input.count),
      ("output", graph.output.count), ("metadata_props", proto.metadataProps.count),
    ] where count > limits.maximumEntries {
      throw file.tooLarge(field: what, found: "\(count) entries", limit: "\(limits.maximumEntries) entries")
    }
    var initializers: [(name: String, array: RawArray)] = []
    for tensor in graph.initializer {
      initializers.append((tensor.name, try array(tensor, field: "initializer \(quoted(tensor.name))")))
    }
    // Before format version 4, what has an initial value was listed among the inputs, too.
    let given = Set(graph.initializer.map(\.name))
    let (opset, others) = try opsets()
    let model = ONNXModel(
      name: graph.name, inputs: try graph.input.filter { !given.contains($0.name) }.map { try value($0, "input") },
      outputs: try graph.output.map { try value($0, "output") },
      nodes: try graph.node.enumerated().map { try node($1, number: $0) }, initializers: initializers, opset: opset,
      otherOpsets: others, formatVersion: Int(proto.irVersion), producer: proto.producerName,
      producerVersion: proto.producerVersion, documentation: proto.docString, metadata: try metadata())
    return try ONNXOrder(model, file: file).ordered()
  }

  private func opsets() throws -> (Int, [String: Int]) {
    var (own, others): (Int?, [String: Int]) = (nil, [:])
    for entry in proto.opsetImport {
      guard entry.version >= 1, entry.version <= Int32.max else {
        throw file.malformed(
          field: "opset_import \(quoted(entry.domain))", found: "version \(entry.version)", expected: "1 or more")
      }
      let isOwn = entry.domain.isEmpty || entry.domain == "ai.onnx"
      guard isOwn ? own == nil : others[entry.domain] == nil else {
        throw file.malformed(
          field: "opset_import", found: "\(quoted(entry.domain)) twice", expected: "each domain once")
      }
      if isOwn { own = Int(entry.version) } else { others[entry.domain] = Int(entry.version) }
    }
    // Format versions 1 and 2 had only the first operators.
    return (own ?? 1, others)
  }

  private func metadata() throws -> [String: String] {
    var result: [String: String] = [:]
    for entry in proto.metadataProps {
      guard result.updateValue(entry.value, forKey: entry.key) == nil else {
        throw file.malformed(field: "metadata_props", found: "\(quoted(entry.key)) twice", expected: "each name once")
      }
    }
    return result
  }

  private func value(_ proto: ONNXValueInfoProto, _ kind: String) throws -> ONNXModel.Value {
    guard proto.hasType, proto.type.hasTensorType else {
      return ONNXModel.Value(proto.name, elementType: "no tensor", shape: nil)
    }
    let tensor = proto.type.tensorType
    let field = "\(kind) \(quoted(proto.name))"
    guard let type = tensor.elemType == 0 ? "undefined" : ONNXElementType.name(of: tensor.elemType) else {
      throw file.malformed(
        field: "\(field), elem_type", found: "\(tensor.elemType)", expected: "a type of ONNX, 1 to 28")
    }
    guard tensor.hasShape else { return ONNXModel.Value(proto.name, elementType: type, shape: nil) }
    guard tensor.shape.dim.count <= FileBytes.maximumRank else {
      throw file.malformed(
        field: "\(field), shape", found: "\(tensor.shape.dim.count) axes",
        expected: "at most \(FileBytes.maximumRank) axes")
    }
    let shape = try tensor.shape.dim.map { dimension -> ONNXModel.Dimension in
      switch dimension.value {
      // Some writers put −1 where a length is not known.
      case nil, .dimValue(-1): return .unknown
      case .dimParam(let name): return name.isEmpty ? .unknown : .symbolic(name)
      case .dimValue(let length):
        guard length >= 0 else {
          throw file.malformed(field: "\(field), shape", found: "\(length)", expected: "lengths that are not negative")
        }
        return .fixed(Int(length))
      }
    }
    return ONNXModel.Value(proto.name, elementType: type, shape: shape)
  }

  private mutating func node(_ proto: ONNXNodeProto, number: Int) throws -> ONNXModel.Node {
    let field = "graph.node[\(number)] \(quoted(proto.name))"
    guard !proto.opType.isEmpty else {
      throw file.malformed(field: "\(field), op_type", found: "none", expected: "an operator")
    }
    var attributes: [String: ONNXModel.Attribute] = [:]
    for attribute in proto.attribute {
      let place = "\(field), attribute \(quoted(attribute.name))"
      guard attributes[attribute.name] == nil else {
        throw file.malformed(field: place, found: "it twice", expected: "each name once")
      }
      attributes[attribute.name] = try self.attribute(attribute, field: place)
    }
    return ONNXModel.Node(
      proto.opType, name: proto.name, inputs: proto.input, outputs: proto.output, attributes: attributes,
      domain: proto.domain == "ai.onnx" ? "" : proto.domain)
  }

  private mutating func attribute(_ proto: ONNXAttributeProto, field: String) throws -> ONNXModel.Attribute {
    guard proto.refAttrName.isEmpty else { return .unread("a reference to \(quoted(proto.refAttrName))") }
    func text(_ bytes: Data) -> String { String(decoding: bytes, as: UTF8.self) }
    switch proto.type == 0 ? kind(of: proto) : proto.type {
    case 1: return .float(proto.f)
    case 2: return .int(Int(proto.i))
    case 3: return .string(text(proto.s))
    case 4:
      guard proto.hasT else { throw file.malformed(field: field, found: "no tensor", expected: "one") }
      return .tensor(try array(proto.t, field: field))
    case 6: return .floats(proto.floats)
    case 7: return .ints(proto.ints.map { Int($0) })
    case 8: return .strings(proto.strings.map(text))
    case 5: return .unread("GRAPH")
    case 9: return .unread("TENSORS")
    case 10: return .unread("GRAPHS")
    case 11, 12: return .unread("SPARSE_TENSOR")
    case 13, 14: return .unread("TYPE_PROTO")
    default:
      throw file.malformed(field: "\(field), type", found: "\(proto.type)", expected: "a type of ONNX, 1 to 14")
    }
  }

  /// The type of an attribute that does not name it, as files of format version 1 did not; a list when there is nothing else.
  private func kind(of proto: ONNXAttributeProto) -> Int32 {
    if proto.hasF { return 1 }
    if proto.hasI { return 2 }
    if proto.hasS { return 3 }
    if proto.hasT { return 4 }
    if proto.hasG { return 5 }
    if !proto.floats.isEmpty { return 6 }
    return proto.strings.isEmpty ? 7 : 8
  }
}
