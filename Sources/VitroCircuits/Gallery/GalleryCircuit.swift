internal import VitroCore
public import VitroPiecewise
internal import VitroTensor

/// A small algorithm of the gallery: its formula, what it is trained on, and when it counts as found.
///
/// ```swift
/// let circuit = try GalleryCircuit.named("median")
/// let program = try circuit.formula.program(box: circuit.box)
/// print(circuit.text, program.units.count)  // median(a, b, c) 3
/// ```
public struct GalleryCircuit: Sendable, Hashable {
  /// The points that training sees.
  public enum Examples: Sendable, Hashable {
    /// All corners of the box: every input of 0s and 1s.
    case corners
    /// A grid with so many points along each axis, the ends included.
    case grid(Int)
    /// Whole numbers drawn from the box by a fixed seed.
    case integers(Int)
  }

  /// The name for the command.
  public var id: String
  /// What it is, in a few words.
  public var title: String
  /// What is worth knowing, one or two sentences.
  public var summary: String
  /// The formula, in the language.
  public var text: String
  /// The inputs, in order.
  public var inputs: [String]
  /// The box, as text.
  public var boxText: String
  /// The points that training sees.
  public var examples: Examples
  /// The network that is trained.
  public var architecture: GalleryArchitecture
  /// A network has found the circuit when no example is further off than this; a formula read from it may differ by as much.
  public var allowed: Rational
  /// Adam's rate at the first step.
  public var rate: Double

  /// Describes a circuit.
  public init(
    _ id: String, _ title: String, _ text: String, inputs: [String], box: String, examples: Examples,
    architecture: GalleryArchitecture, allowed: Rational = Rational(1, over: 20), rate: Double = 0.01, summary: String
  ) {
    (self.id, self.title, self.text, self.inputs) = (id, title, text, inputs)
    (self.boxText, self.examples, self.architecture) = (box, examples, architecture)
    (self.allowed, self.rate, self.summary) = (allowed, rate, summary)
  }

  /// The circuit of a name.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) with the nearest name when there is none.
  public static func named(_ id: String) throws -> GalleryCircuit {
    guard let circuit = all.first(where: { $0.id == id }) else {
      throw VitroError.unknownName(id, kind: "circuit", known: all.map(\.id), operation: "the gallery")
    }
    return circuit
  }

  /// The formula.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the text is none.
  public var formula: Formula { get throws { try Formula(text, inputs: inputs) } }

  /// Where the circuit is looked at.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the text is no box of the inputs.
  public var box: InputBox { get throws { try InputBox(boxText).named(inputs) } }

  /// The points that training sees, `[examples][inputs]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the box is none.
  public var points: [[Rational]] {
    get throws {
      let box = try box
      switch examples {
      case .corners: return Self.product(zip(box.lower, box.upper).map { [$0, $1] })
      case .grid(let count):
        return Self.product(
          zip(box.lower, box.upper).map { low, high in
            (0..<count).map { low + (high - low) * Rational($0, over: Swift.max(count - 1, 1)) }
          })
      case .integers(let count):
        let columns = try zip(box.lower, box.upper).enumerated().map { axis, ends in
          var stream = RandomStream(seed: 0, "gallery \(id)", axis)
          let (low, high) = (Double(ends.0), Double(ends.1))
          return try stream.uniform([count], low: low, high: high, dtype: .float64).doubles.map {
            Rational(Int($0.rounded()))
          }
        }
        return (0..<count).map { index in columns.map { $0[index] } }
      }
    }
  }

  private static func product(_ axes: [[Rational]]) -> [[Rational]] {
    axes.reduce([[]]) { points, values in points.flatMap { point in values.map { point + [$0] } } }
  }
}
