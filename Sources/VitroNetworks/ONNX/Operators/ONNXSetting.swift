internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// A setting of an ``ONNXOperation``, as ONNX's attributes are.
enum ONNXSetting: Sendable, Hashable {
  case integer(Int64)
  case real(Double)
  case text(String)
  case integers([Int64])
  case reals([Double])
  case texts([String])
  case array(ONNXLiteral)

  /// The setting of an attribute; nothing for what Vitro does not read, for large arrays and for numbers that are not finite.
  init?(_ attribute: ONNXModel.Attribute) {
    switch attribute {
    case .int(let value): self = .integer(Int64(value))
    case .float(let value) where value.isFinite: self = .real(value.decimal)
    case .string(let value): self = .text(value)
    case .ints(let values): self = .integers(values.map { Int64($0) })
    case .floats(let values) where values.allSatisfy(\.isFinite): self = .reals(values.map(\.decimal))
    case .strings(let values): self = .texts(values)
    case .tensor(let array) where array.count <= ONNXLiteral.maximumCount:
      guard let literal = try? ONNXLiteral(Tensor(array)) else { return nil }
      self = .array(literal)
    case .tensor, .float, .floats, .unread: return nil
    }
  }
}

extension ONNXSetting: Codable {
  private enum Key: String, CodingKey { case integer, real, text, integers, reals, texts, array }

  /// Reads a setting: an object with one entry, whose key is the type.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    switch container.allKeys.first {
    case .integer?: self = .integer(try container.decode(Int64.self, forKey: .integer))
    case .real?: self = .real(try container.decode(Double.self, forKey: .real))
    case .text?: self = .text(try container.decode(String.self, forKey: .text))
    case .integers?: self = .integers(try container.decode([Int64].self, forKey: .integers))
    case .reals?: self = .reals(try container.decode([Double].self, forKey: .reals))
    case .texts?: self = .texts(try container.decode([String].self, forKey: .texts))
    case .array?: self = .array(try container.decode(ONNXLiteral.self, forKey: .array))
    case nil:
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a setting names none of the known types"))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .integer(let value): try container.encode(value, forKey: .integer)
    case .real(let value): try container.encode(value, forKey: .real)
    case .text(let value): try container.encode(value, forKey: .text)
    case .integers(let values): try container.encode(values, forKey: .integers)
    case .reals(let values): try container.encode(values, forKey: .reals)
    case .texts(let values): try container.encode(values, forKey: .texts)
    case .array(let value): try container.encode(value, forKey: .array)
    }
  }
}
