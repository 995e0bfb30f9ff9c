internal import VitroCore

/// Complex numbers as two real tensors of one shape.
struct ComplexPair: Sendable {
  var re, im: Tensor

  static func - (a: ComplexPair, b: ComplexPair) throws -> ComplexPair {
    ComplexPair(re: try a.re - b.re, im: try a.im - b.im)
  }

  static func + (a: ComplexPair, b: ComplexPair) throws -> ComplexPair {
    ComplexPair(re: try a.re + b.re, im: try a.im + b.im)
  }

  static func * (a: ComplexPair, b: ComplexPair) throws -> ComplexPair {
    ComplexPair(re: try a.re * b.re - a.im * b.im, im: try a.re * b.im + a.im * b.re)
  }

  static func * (a: ComplexPair, b: Tensor) throws -> ComplexPair {
    ComplexPair(re: try a.re * b, im: try a.im * b)
  }

  /// The complex conjugate.
  func conjugated() throws -> ComplexPair { ComplexPair(re: re, im: try im.negated()) }

  /// The conjugate transpose of the last two axes.
  func adjoint() throws -> ComplexPair {
    ComplexPair(re: try re.transposed(), im: try im.transposed().negated())
  }

  func matmul(_ other: ComplexPair) throws -> ComplexPair {
    ComplexPair(
      re: try re.matmul(other.re) - im.matmul(other.im), im: try re.matmul(other.im) + im.matmul(other.re))
  }

  func map(_ transform: (Tensor) throws -> Tensor) rethrows -> ComplexPair {
    ComplexPair(re: try transform(re), im: try transform(im))
  }

  /// The real matrix [[re, −im], [im, re]], which multiplies as this one does.
  func embedded() throws -> Tensor {
    let upper = try Tensor.concatenate([re, im.negated()], axis: -1)
    let lower = try Tensor.concatenate([im, re], axis: -1)
    return try .concatenate([upper, lower], axis: -2)
  }

  /// 1/z where |z| > floor, else 0.
  func reciprocal(above floor: Tensor) throws -> ComplexPair {
    let square = try re.square() + im.square()
    let inverse = try square.reciprocal(above: floor.square())
    return ComplexPair(re: try re * inverse, im: try im.negated() * inverse)
  }
}
