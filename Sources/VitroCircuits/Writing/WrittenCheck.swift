internal import VitroCore
internal import VitroNetworks
internal import VitroPiecewise
internal import VitroTensor

/// A written network held against its formula: at random points, at whole numbers, at the corners of the box, and where units switch.
struct WrittenCheck: Codable, Sendable {
  /// The points compared.
  var points: Int
  /// The largest difference of an output.
  var difference: Double
  /// Where it is.
  var worst: [Double]
  /// The largest value of the formula there, to see the difference against.
  var magnitude: Double

  init(
    _ network: Network, _ formula: Formula, _ program: ReLUProgram<Rational>, box: InputBox, seed: UInt64
  ) throws {
    let points = try Self.points(program, box, seed: seed)
    let batch = try Tensor(points.flatMap { $0.map { Float($0) } }, shape: [points.count, box.dimension])
    let found = try network(batch).doubles
    let outputs = formula.outputs.count
    (difference, magnitude, worst) = (0, 0, points.first ?? [])
    for (index, point) in points.enumerated() {
      // The network reads single precision: the formula is asked at the same numbers.
      let expected = try formula.values(at: point.map { Double(Float($0)) }, box: box)
      for (output, value) in expected.enumerated() {
        let distance = abs(found[index * outputs + output] - value)
        magnitude = max(magnitude, abs(value))
        if distance > difference || distance.isNaN { (difference, worst) = (distance, point) }
      }
    }
    self.points = points.count
  }

  private static func points(_ program: ReLUProgram<Rational>, _ box: InputBox, seed: UInt64) throws -> [[Double]] {
    let (low, high) = (box.lower.map { Double($0) }, box.upper.map { Double($0) })
    var stream = RandomStream(seed: seed, "circuits write")
    let dimension = box.dimension
    let count = max(8, min(1000, 20_000 / max(1, dimension)))
    let uniform = try stream.uniform([count, max(1, dimension)]).doubles
    func spread(_ row: Int) -> [Double] {
      (0..<dimension).map { low[$0] + uniform[row * max(1, dimension) + $0] * (high[$0] - low[$0]) }
    }
    let random = (0..<count).map(spread)
    let whole = random.map { $0.map { $0.rounded() } }
    let corners = (0..<(1 << min(dimension, 8))).map { corner in
      (0..<dimension).map { corner >> min($0, 60) & 1 == 0 ? low[$0] : high[$0] }
    }
    return random + whole + corners + switches(program, random)
  }

  /// Points between random ones at which units switch, found by halving.
  private static func switches(_ program: ReLUProgram<Rational>, _ random: [[Double]]) -> [[Double]] {
    let program = program.converted { Double($0) }
    guard program.units.reduce(0, { $0 + $1.terms.count }) <= 20_000 else { return [] }
    func inside(_ unit: Int, _ point: [Double]) -> Double { program.units[unit].value(at: program.sources(at: point)) }
    var result: [[Double]] = []
    for unit in program.units.indices.prefix(60) {
      for pair in 0..<min(8, random.count / 2) {
        var (from, to) = (random[2 * pair], random[2 * pair + 1])
        let sign = inside(unit, from) > 0
        guard sign != (inside(unit, to) > 0) else { continue }
        for _ in 0..<50 {
          let middle = zip(from, to).map { ($0 + $1) / 2 }
          if (inside(unit, middle) > 0) == sign { from = middle } else { to = middle }
        }
        result.append(to)
      }
    }
    return result
  }
}
