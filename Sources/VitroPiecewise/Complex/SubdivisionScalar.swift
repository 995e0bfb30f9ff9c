internal import VitroTensor

/// What cutting cells asks of its numbers beyond arithmetic: when a value counts as zero, and forms at many vertices at once.
protocol SubdivisionScalar: PiecewiseScalar {
  /// How far from zero a sum still counts as zero, as a share of the size of its summands.
  static var zeroShare: Self { get }

  /// How many numbers the table of vertices may hold.
  static var tableLimit: Int { get }

  /// The number nearest to a fraction.
  init(fraction: Rational)

  /// The values of forms at vertices, `[vertices, forms]`.
  ///
  /// - Parameters:
  ///   - forms: The forms, of sources that have columns.
  ///   - table: The values of sources at vertices.
  static func values(of forms: [AffineForm<Self>], at table: VertexTable<Self>) throws -> [Self]
}

/// The values of some sources at all vertices: `[vertices, columns]`.
struct VertexTable<Scalar: SubdivisionScalar>: Sendable {
  /// The values, a row for each vertex.
  var values: [Scalar]
  /// The number of columns.
  var width: Int
  /// The column of each source that has one.
  var columns: [Int: Int]

  /// The number of vertices.
  var count: Int { width == 0 ? 0 : values.count / width }

  /// The largest size of each column's values.
  var extents: [Scalar] {
    var extents = Array(repeating: 0 as Scalar, count: width)
    for row in 0..<count {
      for column in 0..<width {
        let value = values[row * width + column]
        extents[column] = max(extents[column], value < 0 ? -value : value)
      }
    }
    return extents
  }

  /// The values of forms at vertices, summed term by term.
  func sums(of forms: [AffineForm<Scalar>]) -> [Scalar] {
    let terms = forms.map { form in form.terms.map { (columns[$0.source] ?? 0, $0.weight) } }
    var result: [Scalar] = []
    result.reserveCapacity(count * forms.count)
    for row in 0..<count {
      for (form, terms) in zip(forms, terms) {
        result.append(terms.reduce(form.constant) { $0 + $1.1 * values[row * width + $1.0] })
      }
    }
    return result
  }
}

extension Rational: SubdivisionScalar {
  static var zeroShare: Rational { 0 }
  static var tableLimit: Int { 1 << 22 }

  init(fraction: Rational) { self = fraction }

  static func values(of forms: [AffineForm<Rational>], at table: VertexTable<Rational>) throws -> [Rational] {
    table.sums(of: forms)
  }
}

extension Double: SubdivisionScalar {
  // A few thousand times the rounding of one sum: what exact arithmetic makes zero stays below it, and at random it is hit once in a million
  // cuts.
  static var zeroShare: Double { 0x1p-40 }
  static var tableLimit: Int { 1 << 27 }

  init(fraction: Rational) { self.init(fraction) }

  static func values(of forms: [AffineForm<Double>], at table: VertexTable<Double>) throws -> [Double] {
    let (rows, width) = (table.count, table.width)
    let summands = forms.reduce(0) { $0 + $1.terms.count }
    // A product of matrices does eight multiplications in the time of one gathered summand.
    guard summands * 8 > width * forms.count, summands * rows > 4096 else { return table.sums(of: forms) }
    var weights = Array(repeating: 0.0, count: forms.count * width)
    for (index, form) in forms.enumerated() {
      for term in form.terms { weights[index * width + (table.columns[term.source] ?? 0)] = term.weight }
    }
    return try Tensor(table.values, shape: [rows, width])
      .linear(
        weight: Tensor(weights, shape: [forms.count, width]), bias: Tensor(forms.map(\.constant))
      ).doubles
  }
}
