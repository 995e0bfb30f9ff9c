internal import VitroCore
public import VitroTensor

/// A fitted linear map from features to outputs, in the coordinates of the raw features: `s = W·x + b`.
///
/// Standardization used while fitting is folded in. A binary classifier has one output, the score of class 1, and the
/// classes 0 and 1; a classifier of K classes has K outputs; a regression has any number and no classes.
///
/// ```swift
/// let probabilities = try fit.model.probabilities(unseen)  // [rows, classes]
/// let direction = fit.model.weights  // [1, features]: the log-odds of class 1
/// ```
public struct LinearModel: Sendable {
  /// What the outputs mean.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// Outputs are predicted values.
    case regression
    /// Outputs are log-odds: ``LinearModel/probabilities(_:)`` applies the sigmoid or the softmax.
    case logistic
    /// Outputs are scores without a probability; the largest wins.
    case scores
  }

  /// What the outputs mean.
  public var kind: Kind
  /// `[outputs, features]`, float64.
  public var weights: Tensor
  /// `[outputs]`, float64.
  public var intercepts: Tensor

  /// Makes a model of known weights.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the shapes do not fit.
  public init(kind: Kind, weights: Tensor, intercepts: Tensor) throws {
    guard weights.rank == 2, intercepts.shape == [weights.shape[0]], weights.shape[0] > 0 else {
      throw VitroError(
        .shape, "LinearModel", "the weights are \(weights.shape), the intercepts \(intercepts.shape)",
        hint: "Expected [outputs, features] and [outputs].")
    }
    self.kind = kind
    self.weights = try weights.detached.cast(to: .float64)
    self.intercepts = try intercepts.detached.cast(to: .float64)
  }

  init(kind: Kind, _ rows: PaddedRows, _ coefficients: [Double], outputs: Int) throws {
    let folded = rows.folded(coefficients, outputs: outputs)
    try self.init(
      kind: kind, weights: Tensor(folded.weights, shape: [outputs, rows.features]),
      intercepts: Tensor(folded.intercepts))
  }

  /// The number of features.
  public var featureCount: Int { weights.shape[1] }
  /// The number of outputs; 1 for a binary classifier.
  public var outputCount: Int { weights.shape[0] }
  /// The number of classes, or `nil` for a regression.
  public var classCount: Int? { kind == .regression ? nil : max(outputCount, 2) }

  /// The model of raw features, given this one of standardized features: `W/scale` and `b − (W/scale)·mean`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the standardizer knows another number of features.
  public func inRawCoordinates(of standardizer: Standardizer) throws -> LinearModel {
    guard standardizer.mean.count == featureCount else {
      throw VitroError(
        .shape, "LinearModel", "the model has \(featureCount) features, the standardizer \(standardizer.mean.count)")
    }
    let raw = try weights / Tensor(standardizer.scale)
    return try LinearModel(kind: kind, weights: raw, intercepts: intercepts - raw.matmul(Tensor(standardizer.mean)))
  }

  /// `x·Wᵀ + b`: x `[rows, features]`, result `[rows, outputs]`, in the type of `x`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the features do not fit.
  public func scores(_ x: Tensor) throws -> Tensor {
    guard x.rank == 2, x.shape[1] == featureCount, x.dtype.isComputing else {
      throw VitroError(
        .shape, "scores", "the features are \(x.dtype) \(x.shape), the model takes [rows, \(featureCount)] of float")
    }
    return try x.linear(weight: weights.cast(to: x.dtype), bias: intercepts.cast(to: x.dtype))
  }

  /// Probabilities of the classes, `[rows, classes]`.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the model's scores are not log-odds.
  public func probabilities(_ x: Tensor) throws -> Tensor {
    guard kind == .logistic else {
      throw VitroError(.unsupported, "probabilities", "the outputs of this model are \(kind.rawValue), not log-odds")
    }
    let scores = try scores(x)
    guard outputCount == 1 else { return try scores.softmax() }
    return try Tensor.concatenate([scores.negated().sigmoid(), scores.sigmoid()], axis: 1)
  }

  /// The class of each row: the largest score (the first of equals), or whether the one score is above 0.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when the model is a regression.
  public func predict(_ x: Tensor) throws -> [Int] {
    guard kind != .regression else {
      throw VitroError(.unsupported, "predict", "a regression has no classes", hint: "Use scores(_:).")
    }
    let scores = try scores(x)
    return outputCount == 1 ? try scores.doubles.map { $0 > 0 ? 1 : 0 } : try scores.argmax(axis: 1).ints
  }
}

extension LinearModel {
  /// The model as named tensors, for a safetensors file or any other.
  ///
  /// `weights` and `intercepts` in float64, `kind` as the bytes of its name.
  public func namedTensors() throws -> [String: Tensor] {
    ["weights": weights, "intercepts": intercepts, "kind": try Tensor(Array(kind.rawValue.utf8))]
  }

  /// The model of named tensors.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when one is missing or does not fit.
  public init(namedTensors tensors: [String: Tensor]) throws {
    func tensor(_ name: String) throws -> Tensor {
      guard let tensor = tensors[name] else {
        throw VitroError.unknownName(name, kind: "tensor", known: tensors.keys.sorted(), operation: "LinearModel")
      }
      return tensor
    }
    let bytes: [UInt8] = try tensor("kind").array()
    let name = String(decoding: bytes.prefix(32), as: UTF8.self)
    guard let kind = Kind(rawValue: name) else {
      throw VitroError.unknownName(
        name, kind: "kind of model", known: ["regression", "logistic", "scores"], operation: "LinearModel")
    }
    try self.init(kind: kind, weights: tensor("weights"), intercepts: tensor("intercepts"))
  }
}

extension LinearModel: Codable {
  private enum CodingKeys: String, CodingKey { case kind, features, weights, intercepts }

  /// Writes the kind, the number of features, and weights and intercepts as flat arrays.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(featureCount, forKey: .features)
    try container.encode(weights.doubles, forKey: .weights)
    try container.encode(intercepts.doubles, forKey: .intercepts)
  }

  /// Reads what ``encode(to:)`` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let intercepts = try container.decode([Double].self, forKey: .intercepts)
    let features = try container.decode(Int.self, forKey: .features)
    let weights = try container.decode([Double].self, forKey: .weights)
    guard features >= 0, features <= weights.count else {
      throw VitroError(.malformed, "LinearModel", "\(weights.count) weights are given for \(features) features")
    }
    try self.init(
      kind: container.decode(Kind.self, forKey: .kind), weights: Tensor(weights, shape: [intercepts.count, features]),
      intercepts: Tensor(intercepts))
  }
}
