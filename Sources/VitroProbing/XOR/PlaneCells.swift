/// The exact linear regions of a small ReLU network with two inputs and one hidden layer, inside a box.
///
/// Each hidden unit is off on one side of the line `w·x + b = 0`, so the lines cut the box into convex cells, on each of which the network is one
/// affine map. The box is cut by one line after the other; nothing is sampled.
///
/// ```swift
/// let cells = PlaneCells(
///   weights: [[1, -1], [-1, 1]], biases: [0, 0], readout: [1, 1], constant: 0, box: -1...2
/// ).cells  // y = |x₁ − x₂| has two linear regions
/// ```
///
/// - Complexity: O(h³) for h hidden units: at most h(h + 1)/2 + 1 cells.
public struct PlaneCells: Sendable, Hashable {
  /// One region: a convex polygon, which units are on there, and the network's formula on it.
  public struct Cell: Sendable, Hashable {
    /// The corners, in counter-clockwise order.
    public var corners: [[Double]]
    /// Which hidden units are on.
    public var active: [Bool]
    /// The output is `slope · x + offset`.
    public var slope: [Double]
    /// The output at the origin's side of the formula.
    public var offset: Double
  }

  /// The regions.
  public let cells: [Cell]

  /// Cuts a box by the hidden units of `y = v · ReLU(W x + b) + c`.
  ///
  /// - Parameters:
  ///   - weights: W, `[hidden][2]`.
  ///   - biases: b, `[hidden]`.
  ///   - readout: v, `[hidden]`.
  ///   - constant: c.
  ///   - box: The square [low, high]² that is cut.
  public init(
    weights: [[Double]], biases: [Double], readout: [Double], constant: Double, box: ClosedRange<Double>
  ) {
    let (low, high) = (box.lowerBound, box.upperBound)
    var polygons: [([[Double]], [Bool])] = [([[low, low], [high, low], [high, high], [low, high]], [])]
    for (weight, bias) in zip(weights, biases) {
      func height(_ point: [Double]) -> Double { weight[0] * point[0] + weight[1] * point[1] + bias }
      polygons = polygons.flatMap { corners, active in
        [true, false].compactMap { on in
          let part = Self.clipped(corners) { on ? height($0) : -height($0) }
          return part.count < 3 || Self.area(part) < 1e-12 ? nil : (part, active + [on])
        }
      }
    }
    cells = polygons.map { corners, active in
      var slope = [0.0, 0.0]
      var offset = constant
      for unit in weights.indices where active[unit] {
        slope[0] += readout[unit] * weights[unit][0]
        slope[1] += readout[unit] * weights[unit][1]
        offset += readout[unit] * biases[unit]
      }
      return Cell(corners: corners, active: active, slope: slope, offset: offset)
    }
  }

  /// The part of a convex polygon where a linear function is not negative (Sutherland & Hodgman, 1974).
  private static func clipped(_ corners: [[Double]], where height: ([Double]) -> Double) -> [[Double]] {
    var result: [[Double]] = []
    for (start, end) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
      let (a, b) = (height(start), height(end))
      if a >= 0 { result.append(start) }
      if (a > 0 && b < 0) || (a < 0 && b > 0) {
        let t = a / (a - b)
        result.append([start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])])
      }
    }
    return result
  }

  static func area(_ corners: [[Double]]) -> Double {
    let pairs = zip(corners, corners.dropFirst() + corners.prefix(1))
    return abs(pairs.map { $0[0] * $1[1] - $1[0] * $0[1] }.reduce(0, +)) / 2
  }
}
