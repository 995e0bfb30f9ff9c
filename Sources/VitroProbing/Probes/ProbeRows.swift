internal import VitroCore
public import VitroTensor

/// Rows of features, what is to be read from them, and how they hang together.
///
/// ```swift
/// let rows = try ProbeRows(activations, .classes(labels, count: 3), types: words)
/// let first = try rows.rows(Array(0..<100))
/// ```
public struct ProbeRows: Sendable {
  /// `[rows, width]`, float32 or float64, all finite.
  public let features: Tensor
  /// What is to be read from each row.
  public let target: ProbeTarget
  /// What each row belongs to, when rows of one group (a document, a patient) are not independent: intervals then draw whole groups.
  public let groups: [Int]?
  /// The type of each row (the word that it is an activation of), for a control that gives each type one random label.
  public let types: [Int]?

  /// Takes rows.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when counts differ, a feature or target is not finite (its row is named), or a label is out of range.
  public init(_ features: Tensor, _ target: ProbeTarget, groups: [Int]? = nil, types: [Int]? = nil) throws {
    guard features.rank == 2, features.dtype.isFloatingPoint else {
      throw VitroError(
        .shape, "probe",
        "the features are \(features.dtype) \(features.shape), expected [rows, width] of floating point")
    }
    guard features.shape[0] > 0, features.shape[1] > 0 else {
      throw VitroError(.shape, "probe", "there is nothing to probe: the features are \(features.shape)")
    }
    let computing = try features.detached.cast(to: features.dtype.isComputing ? features.dtype : .float32)
    let (rows, width) = (features.shape[0], features.shape[1])
    if !computing.isFinite, let place = try computing.doubles.firstIndex(where: { !$0.isFinite }) {
      throw VitroError(
        .argument, "probe",
        "feature \(place % width) of row \(place / width) is \(try computing.doubles[place])",
        hint: "Leave such rows out, or do not probe this value.",
        details: ["row": "\(place / width)", "feature": "\(place % width)"])
    }
    for (name, count) in [("targets", target.rowCount), ("groups", groups?.count), ("types", types?.count)] {
      guard let count, count != rows else { continue }
      throw VitroError(.shape, "probe", "there are \(count) \(name) for \(rows) rows of features")
    }
    self.features = computing
    self.target = try target.checked()
    self.groups = groups
    self.types = types
  }

  /// The number of rows.
  public var count: Int { features.shape[0] }
  /// The number of features.
  public var width: Int { features.shape[1] }

  /// Some of the rows, in their order and with repetitions.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a row does not exist, or none is asked for.
  public func rows(_ positions: [Int]) throws -> ProbeRows {
    let target = try target.rows(positions)
    return try ProbeRows(
      features.gather(Tensor(positions)), target, groups: groups.map { groups in positions.map { groups[$0] } },
      types: types.map { types in positions.map { types[$0] } })
  }

  /// The same features with another target.
  func with(_ target: ProbeTarget) throws -> ProbeRows {
    try ProbeRows(features, target, groups: groups, types: types)
  }
}

/// The rows to fit on, to choose settings by, and to judge on.
///
/// ```swift
/// let split = try Splits.stratified(labels: labels, shares: [0.6, 0.2, 0.2], seed: 0)
/// let parts = try ProbeParts(rows, train: split[0], validation: split[1], test: split[2])
/// ```
public struct ProbeParts: Sendable {
  /// The rows to fit on.
  public let train: ProbeRows
  /// The rows to choose settings by, and to stop training by.
  public let validation: ProbeRows
  /// The rows to judge on, which nothing was fitted or chosen by.
  public let test: ProbeRows

  /// Takes three parts.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when they have not the same features or not the same kind of target, when something is constant in the
  ///   training part and so cannot be learned, or when another part has a class that the training part has not.
  public init(train: ProbeRows, validation: ProbeRows, test: ProbeRows) throws {
    for (name, part) in [("validation", validation), ("test", test)] {
      guard part.width == train.width else {
        throw VitroError(
          .shape, "probe", "the \(name) part has \(part.width) features, the training part \(train.width)")
      }
      guard part.target.matches(train.target) else {
        throw VitroError(
          .argument, "probe",
          "the \(name) part has \(part.target.description) (\(part.target.outputCount)), the training part \(train.target.description) (\(train.target.outputCount))"
        )
      }
      guard (part.types == nil) == (train.types == nil), (part.groups == nil) == (train.groups == nil) else {
        throw VitroError(
          .argument, "probe", "the training part or the \(name) part has no types or groups, the other has")
      }
    }
    try train.target.requireVariation()
    for (name, part) in [("validation", validation), ("test", test)] {
      try part.target.requireKnown(to: train.target, part: name)
    }
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// Divides rows by their positions.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a position does not exist, a part is empty, or as ``init(train:validation:test:)``.
  public init(_ rows: ProbeRows, train: [Int], validation: [Int], test: [Int]) throws {
    try self.init(train: rows.rows(train), validation: rows.rows(validation), test: rows.rows(test))
  }
}
