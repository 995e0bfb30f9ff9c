internal import Foundation
public import VitroCore
internal import VitroTensor

/// The length of the code for targets that are sent block by block to someone who has the features (Voita & Titov, 2020):
/// L = t₁·log₂K − Σᵢ log₂ p(block i+1 | a probe fitted to the first i blocks), in bits.
///
/// It says how readable something is and how much effort the reading takes, in one number that hardly depends on chance. The probabilities are
/// p = (n·p_fit + 1) / (n + K) after n rows, so that a class that has not been seen can be sent too.
///
/// ```swift
/// let codes = try Probe().onlineCode(parts.train, validation: parts.validation)
/// print(codes.task.compression, codes.control.compression)  // times shorter than without features
/// ```
public struct OnlineCode: Sendable, Hashable, Codable {
  /// A block of rows that was sent with one probe.
  public struct Block: Sendable, Hashable, Codable {
    /// The number of rows sent once it is sent.
    public let end: Int
    /// What it costs.
    public let bits: Double
  }

  /// The blocks; the first is sent without a probe.
  public let blocks: [Block]
  /// What the targets cost without features, each class as probable as any other: n·log₂K.
  public let uniformBits: Double

  /// The length of the code.
  public var bits: Double { blocks.reduce(0) { $0 + $1.bits } }
  /// How many times shorter it is than without features.
  public var compression: Double { uniformBits / bits }

  /// The shares of the rows at which blocks end.
  public static let shares = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.0625, 0.125, 0.25, 0.5, 1]

  /// The numbers of rows at which blocks end: those shares, with at least `least` rows in each block.
  ///
  /// - Complexity: O(1).
  public static func ends(rows: Int, least: Int = 4) -> [Int] {
    var ends: [Int] = []
    for share in shares.dropLast() {
      let end = Int((share * Double(rows)).rounded())
      if end - (ends.last ?? 0) >= least, rows - end >= least { ends.append(end) }
    }
    return ends + [rows]
  }
}

/// The code of a task and that of its control.
public struct ControlledCode: Sendable, Hashable, Codable {
  /// The code of the task's targets.
  public let task: OnlineCode
  /// The code of the control's targets.
  public let control: OnlineCode
  /// What the control is.
  public let controlTask: ControlTask

  /// Puts a code and that of its control together.
  public init(task: OnlineCode, control: OnlineCode, controlTask: ControlTask) {
    self.task = task
    self.control = control
    self.controlTask = controlTask
  }
}

extension Probe {
  /// The code length of a target, and of its control, over training rows in a random order.
  ///
  /// Each probe is fitted to all rows that were sent before; its strength is chosen, and its training stopped, by validation rows that the receiver has
  /// as well. Task and control each have their own choice, for each code is to be as short as it can be. Of several labels K is 2 for each.
  ///
  /// - Throws: ``/VitroCore/VitroError`` for kinds without probabilities and for values, and as ``fit(_:validation:observer:)``.
  /// - Complexity: About twice that of fitting task and control to all rows.
  public func onlineCode(
    _ train: ProbeRows, validation: ProbeRows, observer: any Observer = SilentObserver()
  ) throws -> ControlledCode {
    try settings.validate()
    guard settings.kind.givesProbabilities else {
      let able = ProbeKind.allCases.filter(\.givesProbabilities).map { "'\($0.rawValue)'" }
      throw VitroError(
        .unsupported, "code length", "a probe of kind '\(settings.kind.rawValue)' gives no probabilities",
        hint: "Kinds that do: \(able.joined(separator: ", ")).")
    }
    if case .values = train.target {
      throw VitroError(.unsupported, "code length", "numbers have no probability", hint: "Use classes or labels.")
    }
    let parts = try ProbeParts(train: train, validation: validation, test: validation)
    let controlled = try ControlledParts(sending: parts, seed: settings.seed)
    return try ControlledCode(
      task: code(train, validation: validation, observer: observer),
      control: code(
        train.with(controlled.train), validation: validation.with(controlled.validation), observer: observer),
      controlTask: controlled.task)
  }

  private func code(_ rows: ProbeRows, validation: ProbeRows, observer: any Observer) throws -> OnlineCode {
    var stream = RandomStream(seed: settings.seed, "order of a code")
    let order = stream.permutation(rows.count)
    let perRow =
      if case .classes(_, let count) = rows.target { log2(Double(count)) } else { Double(rows.target.outputCount) }
    let ends = OnlineCode.ends(rows: rows.count)
    var blocks = [OnlineCode.Block(end: ends[0], bits: Double(ends[0]) * perRow)]
    for (start, end) in zip(ends, ends.dropFirst()) {
      observer.update(ProgressUpdate("code length", completed: start, of: rows.count))
      let seen = try rows.rows(Array(order[..<start]))
      let next = try rows.rows(Array(order[start..<end]))
      let found = try fit(seen, validation: validation, companions: [], observer: observer)[0]
      let bits = try found.predictions(next.features).bits(for: next.target, seen: Double(start))
      blocks.append(OnlineCode.Block(end: end, bits: bits.reduce(0, +)))
    }
    return OnlineCode(blocks: blocks, uniformBits: Double(rows.count) * perRow)
  }
}
