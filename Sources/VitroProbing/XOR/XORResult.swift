public import VitroCore

/// What the XOR study found: what a line can do, what two ReLU units can do, and where training gets stuck.
public struct XORResult: Codable, Sendable {
  /// The four inputs, in the order of all lists here.
  public static let points: [[Double]] = [[0, 0], [0, 1], [1, 0], [1, 1]]
  /// Exclusive or of each input.
  public static let targets: [Double] = [0, 1, 1, 0]

  /// Linear regression's answers, with an intercept.
  public var linearOutputs: [Double]
  /// The final mean squared error of each seed's network.
  public var losses: [Double]
  /// The losses at which the others stopped, and how many stopped there, by loss.
  public var stuck: [Plateau]
  /// The best of the networks.
  public var example: Example
  /// The steps of training.
  public var steps: Int

  /// A loss at which several networks stopped.
  public struct Plateau: Codable, Sendable, Hashable {
    /// The median of the losses.
    public var loss: Double
    /// How many networks stopped there.
    public var count: Int
  }

  /// A trained network y = v · ReLU(W x).
  public struct Example: Codable, Sendable, Hashable {
    /// W, `[2][2]`: a row for each hidden unit.
    public var weights: [[Double]]
    /// v.
    public var readout: [Double]
    /// Its mean squared error.
    public var loss: Double

    /// What the hidden units answer to each input, `[4][2]`.
    public var hidden: [[Double]] {
      XORResult.points.map { point in weights.map { max(0, $0[0] * point[0] + $0[1] * point[1]) } }
    }

    /// The line `w₁h₁ + w₂h₂ + b = 0` in the hidden space on which the output is 1/2.
    public var line: [Double] { readout + [-0.5] }

    /// The network's output.
    public func output(_ x: Double, _ y: Double) -> Double {
      zip(weights, readout).map { max(0, $0[0] * x + $0[1] * y) * $1 }.reduce(0, +)
    }

    /// The network as a formula, with four digits: `1.000·ReLU(x − y) + 1.000·ReLU(y − x)`.
    public var formula: String {
      let terms = zip(weights, readout).map { weights, readout in
        "\(Self.digits(readout))·ReLU(\(Self.linear(weights)))"
      }
      return terms.joined(separator: " + ").replacing("+ −", with: "− ")
    }

    private static func linear(_ weights: [Double]) -> String {
      let y = weights[1]
      return "\(digits(weights[0]))·x \(y < 0 ? "−" : "+") \(digits(abs(y)))·y"
    }

    private static func digits(_ value: Double) -> String {
      let scaled = (abs(value) * 1000).rounded()
      let fraction = String(Int(scaled) % 1000)
      return
        "\(value < 0 && scaled > 0 ? "−" : "")\(Int(scaled) / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
  }

  /// The loss below which a network has learned the function: the largest error is then below 0.064.
  public static let solvedLoss = 1e-3

  /// How many networks learned the function.
  public var solved: Int { losses.count { $0 < Self.solvedLoss } }

  /// Groups losses that did not reach the solution: those that differ by less than 0.01 from the next belong together.
  static func plateaus(of losses: [Double]) -> [Plateau] {
    var groups: [[Double]] = []
    for loss in losses.filter({ !($0 < solvedLoss) }).sorted() {
      if let last = groups.last?.last, loss - last < 0.01 {
        groups[groups.count - 1].append(loss)
      } else {
        groups.append([loss])
      }
    }
    return groups.map { Plateau(loss: $0[$0.count / 2], count: $0.count) }
  }

  /// The keys that scripts rely on.
  public var facts: [String: JSONValue] {
    [
      "linear": ["outputs": .numbers(linearOutputs)],
      "seeds": .integer(losses.count),
      "solved": .integer(solved),
      "stuck": .array(stuck.map { ["loss": .number($0.loss), "count": .integer($0.count)] }),
      "example": [
        "hidden": .array(example.hidden.map { .numbers($0) }), "line": .numbers(example.line),
        "loss": .number(example.loss), "formula": .string(example.formula),
        "weights": .array(example.weights.map { .numbers($0) }), "readout": .numbers(example.readout),
      ],
      "steps": .integer(steps),
    ]
  }
}
