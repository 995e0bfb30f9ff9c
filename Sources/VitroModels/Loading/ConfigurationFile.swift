internal import Foundation
internal import VitroCore
internal import VitroFormats
internal import VitroNetworks

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
    switch values[key] {
    case .integer(let value) where value.magnitude < 1 << 40: return value
    // Some writers give every number a point.
    case .number(let value) where value == value.rounded() && abs(value) < 0x1p40: return Int(value)
    default: throw malformed(key, "a whole number")
    }
  }

  /// The first of several names of one setting.
  func integer(anyOf keys: String...) throws -> Int {
    for key in keys where has(key) { return try integer(key) }
    return try integer(keys[0])
  }

  func number(_ key: String, default standard: Double? = nil) throws -> Double {
    guard has(key) else { return try given(standard, key, "a number") }
    switch values[key] {
    case .integer(let value): return Double(value)
    case .number(let value) where value.isFinite: return value
    default: throw malformed(key, "a number")
    }
  }

  func flag(_ key: String, default standard: Bool? = nil) throws -> Bool {
    guard has(key) else { return try given(standard, key, "true or false") }
    guard case .bool(let value)? = values[key] else { throw malformed(key, "true or false") }
    return value
  }

  func text(_ key: String, default standard: String? = nil) throws -> String {
    guard has(key) else { return try given(standard, key, "a name") }
    guard case .string(let value)? = values[key] else { throw malformed(key, "a name") }
    return value
  }

  func object(_ key: String) throws -> ConfigurationFile? {
    guard has(key) else { return nil }
    guard case .object(let inner)? = values[key] else { throw malformed(key, "an object") }
    return ConfigurationFile(file: file, values: inner)
  }

  func texts(_ key: String) -> [String] {
    guard case .array(let list)? = values[key] else { return [] }
    return list.compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  private func given<Value>(_ standard: Value?, _ key: String, _ expected: String) throws -> Value {
    guard let standard else {
      throw VitroError.malformed(file: file, field: key, found: "nothing", expected: expected)
    }
    return standard
  }

  private func found(_ key: String) -> String {
    switch values[key] {
    case nil: "nothing"
    case .array(let values): "a list of \(values.count)"
    case .object: "an object"
    case .some(let value): String(value.description.prefix(64))
    }
  }

  func malformed(_ key: String, _ expected: String) -> VitroError {
    .malformed(file: file, field: key, found: found(key), expected: expected)
  }

  func unsupported(_ key: String, expected: String) -> VitroError {
    let found = found(key)
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
