internal import VitroCore
internal import VitroNetworks
internal import VitroTensor

/// What a written circuit answers on every integer of its range, by the float32 network itself, and where it goes wrong outside.
public struct ParityCheck: Codable, Sendable, Hashable {
  /// n.
  public var bits: Int
  /// How a fold becomes units.
  public var style: ParityCircuit.Style
  /// The number of ReLUs.
  public var units: Int
  /// The number of layers of ReLUs.
  public var depth: Int
  /// The number of weights and biases.
  public var parameters: Int
  /// The integers of 0 ..< 2ⁿ that get an answer other than exactly 1 (even) or 0 (odd).
  public var wrong: Int
  /// The first such integer at 2ⁿ or beyond.
  public var firstWrongAbove: Int?
  /// The first such integer below 0.
  public var firstWrongBelow: Int?

  /// The number of integers checked.
  public var count: Int { 1 << bits }
}

extension ParityCircuit {
  /// Runs the network on every integer of 0 ..< 2ⁿ, and outward until it is wrong on both sides.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the observer asks to stop.
  /// - Complexity: O(2ⁿ · parameters).
  public func check() throws -> ParityCheck { try check(observer: nil) }

  func check(observer: (any Observer)?) throws -> ParityCheck {
    let network = try network()
    let size = 1 << Swift.min(bits, 15)
    func answers(_ range: Range<Int>) throws -> [Double] {
      try network(Tensor(range.map(Float.init), shape: [range.count, 1])).doubles
    }
    func isWrong(_ value: Int, _ answer: Double) -> Bool { answer != (value % 2 == 0 ? 1 : 0) }
    var wrong = 0
    for start in stride(from: 0, to: 1 << bits, by: size) {
      try observer?.checkpoint("checking parity")
      let range = start..<start + size
      wrong += zip(range, try answers(range)).count { isWrong($0, $1) }
    }
    // Every piece outside is affine, and the outermost has no end: a few integers beyond it are enough.
    let reach = 64
    let above = (1 << bits)..<(1 << bits) + reach
    let firstAbove = zip(above, try answers(above)).first { isWrong($0, $1) }?.0
    var firstBelow: Int?
    var end = 0
    while firstBelow == nil, end > -2 << bits {
      let range = end - size..<end
      firstBelow = zip(range.reversed(), try answers(range).reversed()).first { isWrong($0, $1) }?.0
      end -= size
    }
    let layout = network.parameters.entries.filter { $0.name.hasSuffix(".weight") }
    return ParityCheck(
      bits: bits, style: style, units: units, depth: layout.count - 1, parameters: network.parameters.trainableCount,
      wrong: wrong, firstWrongAbove: firstAbove, firstWrongBelow: firstBelow)
  }
}
