internal import VitroCore

/// The box over which a claim is made: an interval for each input, exact.
///
/// ```swift
/// let box = try InputBox("a=-50:50,b=-50:50")
/// ```
public struct InputBox: Sendable, Hashable, Codable {
  /// The inputs' names.
  public var names: [String]
  /// The lowest value of each input.
  public var lower: [Rational]
  /// The highest value of each input.
  public var upper: [Rational]

  /// A box of one interval for all inputs.
  public init(_ names: [String], _ lower: Rational, _ upper: Rational) {
    self.names = names
    self.lower = Array(repeating: lower, count: names.count)
    self.upper = Array(repeating: upper, count: names.count)
  }

  /// Reads `a=-50:50,b=0:1`; a single `-50:50` stands for all inputs once ``named(_:)`` tells them.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when the text is no box, a name appears twice, or an interval is empty.
  public init(_ text: String) throws {
    (names, lower, upper) = ([], [], [])
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      func refuse(_ message: String) -> VitroError {
        VitroError(
          .argument, "reading the box '\(text.prefix(80))'", message,
          hint: "Write an interval for each input: a=-50:50,b=0:1")
      }
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = sides.count == 2 ? sides[0].filter { $0 != " " } : ""
      let bounds = (sides.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
      guard bounds.count == 2, let low = Rational(bounds[0].filter { $0 != " " }),
        let high = Rational(bounds[1].filter { $0 != " " })
      else { throw refuse("'\(part)' is not an interval such as a=-50:50") }
      guard low < high else { throw refuse("the interval of '\(name)' is empty: \(low) is not below \(high)") }
      guard !names.contains(name) else { throw refuse("'\(name)' has two intervals") }
      names.append(name)
      lower.append(low)
      upper.append(high)
    }
  }

  /// The box with its intervals in the order of given inputs; an interval without a name is every input's.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) when an input has no interval or an interval no input.
  public func named(_ inputs: [String]) throws -> InputBox {
    if names == [""] { return InputBox(inputs, lower[0], upper[0]) }
    for name in names where !inputs.contains(name) {
      throw VitroError.unknownName(name, kind: "input", known: inputs, operation: "the box")
    }
    var result = self
    result.names = inputs
    result.lower = []
    result.upper = []
    for input in inputs {
      guard let index = names.firstIndex(of: input) else {
        throw VitroError(
          .argument, "the box", "the input '\(input)' has no interval", hint: "Add \(input)=-1:1, or what suits it.")
      }
      result.lower.append(lower[index])
      result.upper.append(upper[index])
    }
    return result
  }

  /// The number of inputs.
  public var dimension: Int { lower.count }

  /// The middle of the box.
  public var center: [Rational] { zip(lower, upper).map { ($0 + $1) / 2 } }

  /// Whether a point lies inside or on the border.
  public func contains(_ point: [Rational]) -> Bool {
    point.count == dimension && point.indices.allSatisfy { lower[$0] <= point[$0] && point[$0] <= upper[$0] }
  }
}

extension InputBox: CustomStringConvertible {
  /// The box as text that reads back as the same box.
  public var description: String {
    names.indices.map { "\(names[$0])=\(lower[$0]):\(upper[$0])" }.joined(separator: ",")
  }
}
