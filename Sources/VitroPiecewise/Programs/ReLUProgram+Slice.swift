internal import VitroCore

extension ReLUProgram {
  /// The network on a line, a plane or another flat through its inputs: `t ↦ f(origin + Σ_k t_k · directions[k])`.
  ///
  /// The result is a network of as many inputs as there are directions.
  ///
  /// - Parameters:
  ///   - origin: A point of the flat, `[inputs]`.
  ///   - directions: The directions of its own coordinates, each `[inputs]`.
  ///   - names: What the coordinates are called; by default `t`, or `t1 t2 …`.
  /// - Throws: ``/VitroCore/VitroError`` (`shape`) when a vector has not as many numbers as the network inputs, or the names do not fit.
  public func sliced(origin: [Scalar], directions: [[Scalar]], names: [String]? = nil) throws -> ReLUProgram {
    let operation = "taking a slice of a network"
    let names =
      names ?? (directions.count == 1 ? ["t"] : directions.indices.map { "t\($0 + 1)" })
    for vector in [origin] + directions where vector.count != inputs.count {
      throw VitroError(
        .shape, operation,
        "a point or direction has \(vector.count) numbers, expected \(inputs.count), one for each input"
      )
    }
    guard !directions.isEmpty, names.count == directions.count else {
      throw VitroError(.shape, operation, "there are \(names.count) names for \(directions.count) directions")
    }
    var forms = inputs.indices.map { input in
      AffineForm(
        terms: directions.indices.map { .init(source: $0, weight: directions[$0][input]) }, constant: origin[input])
    }
    var result = ReLUProgram(inputs: names)
    for unit in units { forms.append(result.addReLU(of: unit.substituting { forms[$0] })) }
    result.outputs = outputs.map { $0.substituting { forms[$0] } }
    return result
  }

  /// The network on the flat through points: the first is where all coordinates are zero, each other where one is 1.
  ///
  /// Two points give a line, three a plane.
  ///
  /// - Throws: What ``sliced(origin:directions:names:)`` throws.
  public func sliced(through points: [[Scalar]], names: [String]? = nil) throws -> ReLUProgram {
    guard let origin = points.first else {
      throw VitroError(.shape, "taking a slice of a network", "there are no points")
    }
    let directions = points.dropFirst().map { point in zip(point, origin).map { $0 - $1 } }
    return try sliced(origin: origin, directions: directions, names: names)
  }

  /// The network as a function of some inputs, with the others held at a point.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`argument`) for an input that is not there or is named twice.
  public func sliced(along axes: [String], at point: [Scalar]) throws -> ReLUProgram {
    var origin = point
    var directions: [[Scalar]] = []
    for axis in axes {
      guard let index = inputs.firstIndex(of: axis), index < point.count else {
        throw VitroError.unknownName(axis, kind: "input", known: inputs, operation: "taking a slice of a network")
      }
      guard Set(axes).count == axes.count else {
        throw VitroError(.argument, "taking a slice of a network", "'\(axis)' is one of \(axes.count) axes, some twice")
      }
      origin[index] = 0
      directions.append(inputs.indices.map { $0 == index ? 1 : 0 })
    }
    return try sliced(origin: origin, directions: directions, names: axes)
  }
}
