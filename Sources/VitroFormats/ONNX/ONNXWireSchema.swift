/// The messages of an ONNX file, as ``ONNXWireScan`` walks over them.
enum ONNXMessage {
  case model, operatorSet, property, graph, node, attribute, tensor, value, type, tensorType, shape, dimension
}

/// What stands in a field of a message.
struct ONNXWireField {
  enum Content {
    /// A number of variable length, or several packed together; the memory of one when it is an element of a list, in all places where it is kept.
    case varint(width: Int = 0)
    /// A number of four or eight bytes, or several packed together.
    case fixed(width: Int)
    /// Text or bytes.
    case bytes
    case message(ONNXMessage)
  }

  let name: String
  let content: Content
  let isRepeated: Bool

  static func one(_ name: String, _ content: Content) -> ONNXWireField {
    ONNXWireField(name: name, content: content, isRepeated: false)
  }

  static func many(_ name: String, _ content: Content) -> ONNXWireField {
    ONNXWireField(name: name, content: content, isRepeated: true)
  }
}

extension ONNXMessage {
  /// The bytes of memory that one of these takes at most, decoded and turned into a part of ``ONNXModel``, besides what stands in its fields.
  ///
  /// Lists grow by doubling, so an element counts three times while its list moves.
  var memory: Int {
    switch self {
    case .model: 0
    case .operatorSet: 3 * MemoryLayout<ONNXOperatorSetIdProto>.stride + 64
    case .property: 3 * MemoryLayout<ONNXStringStringEntryProto>.stride + 128
    case .graph: MemoryLayout<ONNXGraphProto>.stride
    case .node: 3 * MemoryLayout<ONNXNodeProto>.stride + MemoryLayout<ONNXModel.Node>.stride + 128
    case .attribute: 3 * MemoryLayout<ONNXAttributeProto>.stride + 1024
    case .tensor: 3 * MemoryLayout<ONNXTensorProto>.stride + 256
    case .value: 3 * MemoryLayout<ONNXValueInfoProto>.stride + MemoryLayout<ONNXModel.Value>.stride
    case .type: 128
    case .tensorType: 128
    case .shape: 64
    case .dimension: 3 * MemoryLayout<ONNXDimensionProto>.stride + MemoryLayout<ONNXModel.Dimension>.stride
    }
  }

  /// The field of a number, as onnx.proto declares it; nothing for a field that is skipped.
  func field(_ number: UInt64) -> ONNXWireField? {
    switch self {
    case .model: Self.modelField(number)
    case .graph: Self.graphField(number)
    case .node: Self.nodeField(number)
    case .attribute: Self.attributeField(number)
    case .tensor: Self.tensorField(number)
    case .operatorSet:
      switch number {
      case 1: .one("domain", .bytes)
      case 2: .one("version", .varint())
      default: nil
      }
    case .property:
      switch number {
      case 1: .one("key", .bytes)
      case 2: .one("value", .bytes)
      default: nil
      }
    case .value:
      switch number {
      case 1: .one("name", .bytes)
      case 2: .one("type", .message(.type))
      default: nil
      }
    case .type: number == 1 ? .one("tensor_type", .message(.tensorType)) : nil
    case .tensorType:
      switch number {
      case 1: .one("elem_type", .varint())
      case 2: .one("shape", .message(.shape))
      default: nil
      }
    case .shape: number == 1 ? .many("dim", .message(.dimension)) : nil
    case .dimension:
      switch number {
      case 1: .one("dim_value", .varint())
      case 2: .one("dim_param", .bytes)
      default: nil
      }
    }
  }

  private static func modelField(_ number: UInt64) -> ONNXWireField? {
    switch number {
    case 1: .one("ir_version", .varint())
    case 2: .one("producer_name", .bytes)
    case 3: .one("producer_version", .bytes)
    case 6: .one("doc_string", .bytes)
    case 7: .one("graph", .message(.graph))
    case 8: .many("opset_import", .message(.operatorSet))
    case 14: .many("metadata_props", .message(.property))
    case 25: .many("functions", .bytes)
    default: nil
    }
  }

  private static func graphField(_ number: UInt64) -> ONNXWireField? {
    switch number {
    case 1: .many("node", .message(.node))
    case 2: .one("name", .bytes)
    case 5: .many("initializer", .message(.tensor))
    case 11: .many("input", .message(.value))
    case 12: .many("output", .message(.value))
    case 15: .many("sparse_initializer", .bytes)
    default: nil
    }
  }

  private static func nodeField(_ number: UInt64) -> ONNXWireField? {
    switch number {
    case 1: .many("input", .bytes)
    case 2: .many("output", .bytes)
    case 3: .one("name", .bytes)
    case 4: .one("op_type", .bytes)
    case 5: .many("attribute", .message(.attribute))
    case 7: .one("domain", .bytes)
    default: nil
    }
  }

  private static func attributeField(_ number: UInt64) -> ONNXWireField? {
    switch number {
    case 1: .one("name", .bytes)
    case 2: .one("f", .fixed(width: 4))
    case 3: .one("i", .varint())
    case 4: .one("s", .bytes)
    case 5: .one("t", .message(.tensor))
    case 6: .one("g", .bytes)
    case 7: .many("floats", .fixed(width: 4))
    case 8: .many("ints", .varint(width: 16))
    case 9: .many("strings", .bytes)
    case 20: .one("type", .varint())
    case 21: .one("ref_attr_name", .bytes)
    default: nil
    }
  }

  private static func tensorField(_ number: UInt64) -> ONNXWireField? {
    switch number {
    case 1: .many("dims", .varint(width: 16))
    case 2: .one("data_type", .varint())
    case 3: .one("segment", .bytes)
    case 4: .many("float_data", .fixed(width: 4))
    case 5: .many("int32_data", .varint(width: 4))
    case 7: .many("int64_data", .varint(width: 8))
    case 8: .one("name", .bytes)
    case 9: .one("raw_data", .bytes)
    case 10: .many("double_data", .fixed(width: 8))
    case 11: .many("uint64_data", .varint(width: 8))
    case 13: .many("external_data", .message(.property))
    case 14: .one("data_location", .varint())
    default: nil
    }
  }
}
