internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroNetworks

/// A value of a JSON file.
enum JSONValue: Decodable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .text(let value): "'\(value.prefix(64))'"
    case .list(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}

/// The settings of a model by name, as `config.json` or GGUF's metadata holds them; each is asked for by its type.
struct ConfigurationFile: Sendable {
  /// What errors call it.
  let file: String
  let values: [String: JSONValue]

  init(file: String, values: [String: JSONValue]) {
    (self.file, self.values) = (file, values)
  }

  /// Reads `config.json`.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file`, `malformed`.
  init(_ path: String) throws {
    let bytes = try FileBytes(path: path)
    guard bytes.count <= 1 << 20 else {
      throw VitroError.malformed(file: path, field: "size", found: "\(bytes.count) bytes", expected: "at most 1 MiB")
    }
    let data = bytes.withBytes { Data($0) }
    guard let values = try? JSONDecoder().decode([String: JSONValue].self, from: data) else {
      throw VitroError.malformed(file: path, field: "the file", found: "no JSON object", expected: "settings by name")
    }
    self.init(file: path, values: values)
  }

  func has(_ key: String) -> Bool {
    if case .null? = values[key] { return false }
    return values[key] != nil
  }

  func integer(_ key: String, default standard: Int? = nil) throws -> Int {
    guard has(key) else { return try given(standard, key, "a whole number") }
    guard case .number(let value)? = values[key], value == value.rounded(), abs(value) < 0x1p40 else {
      throw malformed(key, "a whole number")
    }
    return Int(value)
  }

  /// The first of several names of one setting.
  func integer(anyOf keys: String...) throws -> Int {
    for key in keys where has(key) { return try integer(key) }
    return try integer(keys[0])
  }

  func number(_ key: String, default standard: Double? = nil) throws -> Double {
    guard has(key) else { return try given(standard, key, "a number") }
    guard case .number(let value)? = values[key], value.isFinite else { throw malformed(key, "a number") }
    return value
  }

  func flag(_ key: String, default standard: Bool? = nil) throws -> Bool {
    guard has(key) else { return try given(standard, key, "true or false") }
    guard case .bool(let value)? = values[key] else { throw malformed(key, "true or false") }
    return value
  }

  func text(_ key: String, default standard: String? = nil) throws -> String {
    guard has(key) else { return try given(standard, key, "a name") }
    guard case .text(let value)? = values[key] else { throw malformed(key, "a name") }
    return value
  }

  func object(_ key: String) throws -> ConfigurationFile? {
    guard has(key) else { return nil }
    guard case .object(let inner)? = values[key] else { throw malformed(key, "an object") }
    return ConfigurationFile(file: file, values: inner)
  }

  func texts(_ key: String) -> [String] {
    guard case .list(let list)? = values[key] else { return [] }
    return list.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  private func given<Value>(_ standard: Value?, _ key: String, _ expected: String) throws -> Value {
    guard let standard else {
      throw VitroError.malformed(file: file, field: key, found: "nothing", expected: expected)
    }
    return standard
  }

  func malformed(_ key: String, _ expected: String) -> VitroError {
    .malformed(file: file, field: key, found: values[key]?.summary ?? "nothing", expected: expected)
  }

  func unsupported(_ key: String, expected: String) -> VitroError {
    let found = values[key]?.summary ?? "nothing"
    return VitroError(
      .unsupported, "reading \(file)", "\(key): found \(found), which is not supported; expected \(expected)",
      details: ["file": file, "field": key, "found": found, "expected": expected])
  }

  /// An activation by the name that Hugging Face gives it.
  func activation(_ key: String, default standard: String? = nil) throws -> Activation.Function {
    let name = try text(key, default: standard)
    guard let function = Self.activations[name] else {
      throw unsupported(key, expected: Self.activations.keys.sorted().joined(separator: ", "))
    }
    return function
  }

  private static let activations: [String: Activation.Function] = [
    "gelu": .gelu, "gelu_new": .geluTanh, "gelu_fast": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "relu": .relu,
    "silu": .silu, "swish": .silu, "tanh": .tanh,
  ]
}
