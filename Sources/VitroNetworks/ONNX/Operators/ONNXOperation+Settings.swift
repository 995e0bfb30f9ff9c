internal import VitroCore

extension ONNXOperation {
  func missing(_ index: Int) -> VitroError {
    VitroError(
      .argument, operation, "its operand \(index) is missing", details: ["found": "\(operands.count) operands"])
  }

  /// An error about what the operator is asked to do.
  func refusal(_ message: String, code: VitroError.Code = .unsupported) -> VitroError {
    VitroError(code, operation, message)
  }

  /// A whole number among the settings, none beyond ``ONNXSketch/farthest``.
  func integer(_ name: String, default standard: Int = 0) throws -> Int {
    switch settings[name] {
    case nil: return standard
    case .integer(let value)?: return Self.near(value)
    default: throw refusal("'\(name)' is no whole number", code: .argument)
    }
  }

  /// A switch among the settings.
  func flag(_ name: String, default standard: Bool = false) throws -> Bool {
    try integer(name, default: standard ? 1 : 0) != 0
  }

  /// A real number among the settings.
  func real(_ name: String, default standard: Double) throws -> Double {
    switch settings[name] {
    case nil: return standard
    case .real(let value)?: return value
    default: throw refusal("'\(name)' is no real number", code: .argument)
    }
  }

  /// A text among the settings.
  func text(_ name: String, default standard: String) throws -> String {
    switch settings[name] {
    case nil: return standard
    case .text(let value)?: return value
    default: throw refusal("'\(name)' is no text", code: .argument)
    }
  }

  /// Whole numbers among the settings.
  func integers(_ name: String) throws -> [Int]? {
    switch settings[name] {
    case nil: return nil
    case .integers(let values)?: return values.map(Self.near)
    // An empty list has no type when it is written.
    case .reals(let values)? where values.isEmpty: return []
    default: throw refusal("'\(name)' is no list of whole numbers", code: .argument)
    }
  }

  /// Real numbers among the settings.
  func reals(_ name: String) throws -> [Double]? {
    switch settings[name] {
    case nil: return nil
    case .reals(let values)?: return values
    case .integers(let values)? where values.isEmpty: return []
    default: throw refusal("'\(name)' is no list of real numbers", code: .argument)
    }
  }

  /// Texts among the settings.
  func texts(_ name: String) throws -> [String]? {
    switch settings[name] {
    case nil: return nil
    case .texts(let values)?: return values
    case .integers(let values)? where values.isEmpty: return []
    default: throw refusal("'\(name)' is no list of texts", code: .argument)
    }
  }

  /// An axis counted from the front.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard (-rank..<rank).contains(axis) else {
      throw refusal("axis \(axis) does not exist in \(rank) axes", code: .argument)
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Axes counted from the front, each once.
  func axes(_ axes: [Int], rank: Int) throws -> [Int] {
    let resolved = try axes.map { try axis($0, rank: rank) }
    guard Set(resolved).count == resolved.count else {
      throw refusal("the axes \(axes) name one twice", code: .argument)
    }
    return resolved
  }

  private static func near(_ value: Int64) -> Int {
    Int(Swift.min(Swift.max(value, -ONNXSketch.farthest), ONNXSketch.farthest))
  }
}
