internal import VitroPiecewise

/// Numbers that a box can be cut in.
protocol CuttingScalar: PiecewiseScalar {
  /// Whether nothing is rounded.
  static var isExact: Bool { get }

  /// The number nearest to a fraction.
  init(fraction: Rational)

  /// Cuts a box.
  static func complex(
    of program: ReLUProgram<Self>, box: InputBox, zeroSet: Bool, limit: Int
  ) throws -> PolyhedralComplex
}

extension Double: CuttingScalar {
  static var isExact: Bool { false }

  init(fraction: Rational) { self.init(fraction) }

  static func complex(
    of program: ReLUProgram<Double>, box: InputBox, zeroSet: Bool, limit: Int
  ) throws -> PolyhedralComplex {
    try PolyhedralComplex(program, box: box, zeroSet: zeroSet, limit: limit)
  }
}

extension Rational: CuttingScalar {
  static var isExact: Bool { true }

  init(fraction: Rational) { self = fraction }

  static func complex(
    of program: ReLUProgram<Rational>, box: InputBox, zeroSet: Bool, limit: Int
  ) throws -> PolyhedralComplex {
    try PolyhedralComplex(exactly: program, box: box, zeroSet: zeroSet, limit: limit)
  }
}
