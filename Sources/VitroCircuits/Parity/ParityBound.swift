internal import VitroCore

/// How many linear pieces parity needs, and how many a network can have: what a width can do is decided before training.
///
/// **Needed.** Let f answer 0 and 1 in turn on the integers 0 … 2ⁿ − 1, or lie below and above 1/2 in turn. Between k and k + 1 it rises when k is even and falls when k is
/// odd, so somewhere in each of these 2ⁿ − 1 intervals its slope has that sign. Neighbouring intervals have slopes of opposite sign, and a linear piece, which is an interval with
/// one slope, cannot hold both: 2ⁿ − 1 pieces at least.
///
/// **Possible.** A layer of w ReLUs whose inputs are affine on p pieces of the line bends each piece at most w times: p(w + 1) pieces after it. Layers of widths w₁ … w_d give
/// at most Π(wᵢ + 1), with skips too, since what earlier layers hand on bends nowhere new; N units in any arrangement at most 2^N.
///
/// **Without skips.** A plain chain of n ReLUs is never enough for n ≥ 3: with one unit in each layer it is monotone, and with any wider layer Π(wᵢ + 1) ≤ 3·2ⁿ⁻² < 2ⁿ − 1.
///
/// - Source: Montúfar, Pascanu, Cho & Bengio, On the number of linear regions of deep neural networks, 2014, count the regions of deep rectifier networks; the bound for
///   one input is proved above.
public enum ParityBound {
  /// The fewest linear pieces of a function that tells odd from even on 2ⁿ integers in a row: 2ⁿ − 1.
  public static func piecesNeeded(bits: Int) -> Int { bits < 62 ? (1 << bits) - 1 : .max }

  /// The most linear pieces of a network with one input and hidden layers of given widths, Π(wᵢ + 1); `Int.max` beyond its range.
  public static func mostPieces(hidden: [Int]) -> Int {
    hidden.reduce(1) { pieces, width in
      let (product, overflow) = pieces.multipliedReportingOverflow(by: width + 1)
      return overflow ? .max : product
    }
  }

  /// The fewest ReLUs, in any arrangement, whose 2^N pieces are enough: n, and none for one bit.
  public static func fewestUnits(bits: Int) -> Int {
    let needed = piecesNeeded(bits: bits)
    return (0...bits).first { $0 >= 62 || 1 << $0 >= needed } ?? bits
  }

  /// Refuses an architecture that cannot tell odd from even, with the reason.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`unsupported`) when Π(wᵢ + 1) < 2ⁿ − 1.
  public static func check(hidden: [Int], bits: Int) throws {
    let (most, needed) = (mostPieces(hidden: hidden), piecesNeeded(bits: bits))
    guard most >= needed else {
      throw VitroError(
        .unsupported, "parity of \(bits) bits",
        "hidden layers of \(hidden.map(String.init).joined(separator: " + ")) ReLUs have at most \(most) linear pieces, and \(1 << bits) integers that alternate need \(needed)",
        hint: "Take \(needed - 1) units in one layer, or layers of w₁, w₂, … units with (w₁ + 1)(w₂ + 1)… ≥ \(needed).",
        details: ["found": "\(most)", "expected": "\(needed)"])
    }
  }
}
