internal import Foundation
internal import VitroTensor

/// Noise that is drawn farther out where it matters, with the weights that keep all means what they are.
///
/// A trained network answers by jumps: its scores change wholly where the noise crosses a plane, and hardly elsewhere, so that few draws of a hundred say anything of D or of its slope. Along one
/// direction of the noise of all words, that in which the distortion changes most, every second draw is stretched; each draw c along it counts
/// `p(c) / (½ p(c) + ½ q(c))`, with p the normal density and q the stretched one: at most 2, and right in the mean whatever the direction (defensive importance sampling: Hesterberg, 1995).
///
/// The direction is learned from the slopes of the steps before, by one step of the power method on their moving second moment.
struct StretchedNoise {
  /// How far draws are stretched.
  static let stretch = 2.0
  /// The share of the slopes' second moment that must lie along the direction; below it noise is not stretched, which would cost an eighth of the passes.
  static let least = 0.25
  private static let memory = 0.8
  /// Keeps quotients of lengths finite where all is 0.
  private static let tiny = 1e-30

  private let cells: Int
  /// In units of each word's σ, `[cells, 1, 1, length, width]`.
  private var direction: Tensor?
  /// The moving second moment times the direction, `[cells, length · width]`.
  private var pull: Tensor?
  private var total: [Double]
  private var along: [Double]

  /// Noise for so many features and texts, with no direction yet.
  init(cells: Int) {
    self.cells = cells
    total = [Double](repeating: 0, count: cells)
    along = total
  }

  /// How far each feature's and text's noise is stretched; 1 is not at all.
  private var stretches: [Double] {
    zip(along, total).map { along, total in along > Self.least * total ? Self.stretch : 1 }
  }

  /// Pairs of draws: z, and −z stretched, so that odd terms cancel wherever nothing is stretched.
  ///
  /// - Parameter normal: Standard normal numbers, `[cells, chains, pairs, length, width]`.
  /// - Returns: The draws, `[cells, chains, 2 · pairs, length, width]`, and their weights, `[cells, chains, 2 · pairs]`; no weights where nothing is stretched and all are 1.
  func pairs(_ normal: Tensor) throws -> (draws: Tensor, weights: Tensor?) {
    let (chains, pairs) = (normal.shape[1], normal.shape[2])
    let stretches = self.stretches
    guard let direction, stretches.contains(where: { $0 != 1 }) else {
      return (try .concatenate([normal, normal * -1], axis: 2), nil)
    }
    let along = try (normal * direction).sum(axes: [-2, -1], keepingAxes: true)
    let stretch = try Tensor(stretches, shape: [cells, 1, 1, 1, 1]).cast(to: normal.dtype)
    let stretched = try normal + along * (stretch - 1) * direction
    let flat = try along.reshaped([cells, chains, pairs])
    let places = try Tensor.concatenate([flat, flat * stretch.reshaped([cells, 1, 1])], axis: 2)
    // q/p at c, of a normal density that is s times as wide: exp(c² (1 − 1/s²)/2)/s.
    let slope = try Tensor(stretches.map { (1 - 1 / ($0 * $0)) / 2 }, shape: [cells, 1, 1]).cast(to: normal.dtype)
    let ratio = try (places.square() * slope).exp() / stretch.reshaped([cells, 1, 1])
    return (try .concatenate([normal, stretched * -1], axis: 2), try (ratio + 1).reciprocal() * 2)
  }

  /// Learns from slopes: the derivative by each number of the noise, weights included, `[cells, draws, length · width]`.
  mutating func learn(_ slopes: Tensor, length: Int) throws {
    let squares = try slopes.square().sum(axes: [2])
    let current = try known(slopes, squares)
    let places = try (slopes * current).sum(axes: [2], keepingAxes: true)
    let pull = try (slopes * places).sum(axes: [1])
    let added = (total: try squares.sum(axes: [1]).doubles, along: try places.square().sum(axes: [1, 2]).doubles)
    for cell in 0..<cells {
      total[cell] = Self.memory * total[cell] + added.total[cell]
      along[cell] = Self.memory * along[cell] + added.along[cell]
    }
    let moment = try self.pull.map { try $0 * Self.memory + pull } ?? pull
    self.pull = moment
    let size = try moment.square().sum(axes: [1], keepingAxes: true).sqrt() + Self.tiny
    direction = try (moment / size).reshaped([cells, 1, 1, length, slopes.shape[2] / length])
  }

  /// The directions so far; where there is none yet, the longest slope.
  private func known(_ slopes: Tensor, _ squares: Tensor) throws -> Tensor {
    let (draws, size) = (slopes.shape[1], slopes.shape[2])
    if let direction, along.allSatisfy({ $0 > 0 }) { return try direction.reshaped([cells, 1, size]) }
    let rows = try squares.argmax().doubles.enumerated().map { $0 * draws + Int($1) }
    let longest = try slopes.reshaped([cells * draws, size]).gather(Tensor(rows: [rows])).reshaped([cells, 1, size])
    let unit = try longest / (longest.square().sum(axes: [2], keepingAxes: true).sqrt() + Self.tiny)
    guard let direction else { return unit }
    let isNew = try Tensor(along.map { $0 > 0 ? 0 : 1 }, shape: [cells, 1, 1]).cast(to: slopes.dtype)
    return try direction.reshaped([cells, 1, size]) + unit * isNew
  }
}
