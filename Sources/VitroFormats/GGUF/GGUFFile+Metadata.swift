internal import VitroCore

extension GGUFFile {
  /// A value in the metadata.
  public enum Value: Sendable {
    /// A whole number of any width.
    case integer(Int)
    /// A float32 or a float64; also a whole number of 2⁶³ and more.
    case number(Double)
    /// A truth value.
    case boolean(Bool)
    /// A text.
    case string(String)
    /// A list, read when it is asked for.
    case list(List)

    var number: Double? {
      switch self {
      case .integer(let value): Double(value)
      case .number(let value): value
      case .boolean, .string, .list: nil
      }
    }

    /// What this is, for errors.
    var kind: String {
      switch self {
      case .integer(let value): "the whole number \(value)"
      case .number(let value): "the number \(value)"
      case .boolean(let value): "\(value)"
      case .string(let text): "the text \(quoted(text))"
      case .list(let list): "a list of \(list.type)"
      }
    }
  }

  /// The text under a key.
  ///
  /// - Parameters:
  ///   - key: The key, such as `general.architecture`.
  ///   - absent: What to give when there is no such key; without it that is an error.
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`), naming the key, when it is not there or holds something else.
  public func string(_ key: String, default absent: String? = nil) throws -> String {
    try value(key, absent, expected: "a text") {
      if case .string(let text) = $0 { text } else { nil }
    }
  }

  /// The whole number under a key.
  ///
  /// - Parameters:
  ///   - key: The key, such as `llama.block_count`.
  ///   - absent: What to give when there is no such key; without it that is an error.
  /// - Throws: as ``string(_:default:)``.
  public func integer(_ key: String, default absent: Int? = nil) throws -> Int {
    try value(key, absent, expected: "a whole number") {
      if case .integer(let integer) = $0 { integer } else { nil }
    }
  }

  /// The number under a key, whole or not.
  ///
  /// - Parameters:
  ///   - key: The key, such as `llama.rope.freq_base`.
  ///   - absent: What to give when there is no such key; without it that is an error.
  /// - Throws: as ``string(_:default:)``.
  public func number(_ key: String, default absent: Double? = nil) throws -> Double {
    try value(key, absent, expected: "a number") { $0.number }
  }

  /// The truth value under a key.
  ///
  /// - Parameters:
  ///   - key: The key, such as `tokenizer.ggml.add_bos_token`.
  ///   - absent: What to give when there is no such key; without it that is an error.
  /// - Throws: as ``string(_:default:)``.
  public func boolean(_ key: String, default absent: Bool? = nil) throws -> Bool {
    try value(key, absent, expected: "true or false") {
      if case .boolean(let truth) = $0 { truth } else { nil }
    }
  }

  /// The texts of the list under a key.
  ///
  /// - Parameter key: The key, such as `tokenizer.ggml.tokens`.
  /// - Throws: ``/VitroCore/VitroError`` (`malformed`), naming the key, when it is not there, holds something else, or a text is
  ///   not UTF-8.
  public func strings(_ key: String) throws -> [String] {
    try list(key, expected: "a list of texts").strings()
  }

  /// The whole numbers of the list under a key.
  ///
  /// - Parameter key: The key, such as `tokenizer.ggml.token_type`.
  /// - Throws: as ``strings(_:)``.
  public func integers(_ key: String) throws -> [Int] {
    try list(key, expected: "a list of whole numbers").integers()
  }

  /// The numbers of the list under a key, whole or not.
  ///
  /// - Parameter key: The key, such as `tokenizer.ggml.scores`.
  /// - Throws: as ``strings(_:)``.
  public func numbers(_ key: String) throws -> [Double] {
    try list(key, expected: "a list of numbers").numbers()
  }

  private func list(_ key: String, expected: String) throws -> List {
    try value(key, nil, expected: expected) {
      if case .list(let list) = $0 { list } else { nil }
    }
  }

  private func value<Kind>(
    _ key: String, _ absent: Kind?, expected: String, _ read: (Value) -> Kind?
  ) throws -> Kind {
    guard let value = metadata[key] else {
      if let absent { return absent }
      throw file.malformed(field: "metadata \(quoted(key))", found: "no such key", expected: expected)
    }
    guard let result = read(value) else {
      throw file.malformed(field: "metadata \(quoted(key))", found: value.kind, expected: expected)
    }
    return result
  }
}
