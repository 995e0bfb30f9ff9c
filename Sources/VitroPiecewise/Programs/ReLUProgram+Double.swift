// Other modules evaluate programs in doubles at many points. Across modules a generic method runs unspecialized, some fifty times slower, so these are
// spelled out for doubles; the compiler prefers them.

extension AffineForm where Scalar == Double {
  /// The value where sources have given values.
  public func value(at sources: [Double]) -> Double {
    var sum = constant
    for term in terms { sum += term.weight * sources[term.source] }
    return sum
  }
}

extension ReLUProgram where Scalar == Double {
  /// The values of all sources, inputs and units, at a point.
  public func sources(at point: [Double]) -> [Double] {
    var values = point
    values.reserveCapacity(inputs.count + units.count)
    for unit in units { values.append(max(unit.value(at: values), 0)) }
    return values
  }

  /// The outputs at a point.
  public func callAsFunction(_ point: [Double]) -> [Double] {
    let values = sources(at: point)
    return outputs.map { $0.value(at: values) }
  }
}
