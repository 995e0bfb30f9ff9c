public import VitroCore

extension ONNXModel {
  /// One operation: what it computes, and the names of the values that it reads and makes.
  public struct Node: Sendable {
    /// The name; may be empty, and need not be unique.
    public var name: String
    /// The operator, such as `Gemm`.
    public var operation: String
    /// The operator's domain; empty for ONNX's own.
    public var domain: String
    /// The values read; an empty name stands for an optional one that is left out.
    public var inputs: [String]
    /// The values made; an empty name stands for an optional one that is not wanted.
    public var outputs: [String]
    /// The settings, by name.
    public var attributes: [String: Attribute]

    /// Creates an operation.
    public init(
      _ operation: String, name: String, inputs: [String], outputs: [String], attributes: [String: Attribute] = [:],
      domain: String = ""
    ) {
      self.name = name
      self.operation = operation
      self.domain = domain
      self.inputs = inputs
      self.outputs = outputs
      self.attributes = attributes
    }
  }

  /// A setting of an operation.
  public enum Attribute: Sendable {
    /// A number.
    case float(Float)
    /// A whole number.
    case int(Int)
    /// A text.
    case string(String)
    /// An array.
    case tensor(RawArray)
    /// Numbers.
    case floats([Float])
    /// Whole numbers.
    case ints([Int])
    /// Texts.
    case strings([String])
    /// Something that Vitro does not read, by its name in the format: `GRAPH`, `SPARSE_TENSOR`.
    case unread(String)
  }

  /// A value fed from outside, or a result.
  public struct Value: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The name of the element type, such as `float32`; of something that is no tensor, `no tensor`.
    public var elementType: String
    /// The length of each axis; nothing when the file does not say.
    public var shape: [Dimension]?

    /// Creates a value.
    public init(_ name: String, elementType: String, shape: [Dimension]?) {
      self.name = name
      self.elementType = elementType
      self.shape = shape
    }
  }

  /// The length of an axis.
  public enum Dimension: Sendable, Hashable {
    /// A known length.
    case fixed(Int)
    /// A length known only at run time; equal names mean equal lengths.
    case symbolic(String)
    /// A length of which the file says nothing.
    case unknown
  }
}
