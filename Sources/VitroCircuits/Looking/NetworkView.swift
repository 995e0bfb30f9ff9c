internal import VitroCore
internal import VitroFormats
internal import VitroNetworks
internal import VitroPiecewise
internal import VitroTensor

/// The part of a network's inputs that is looked at: all of a box, or a line or plane through it.
struct NetworkView<Scalar: CuttingScalar>: Sendable {
  /// The network there.
  var program: ReLUProgram<Scalar>
  /// The box there.
  var box: InputBox
  /// What is looked at, in words for the report; `nil` for the whole box.
  var statement: String?

  private static var operation: String { "vitro circuits regions" }

  /// A view that is known.
  init(program: ReLUProgram<Scalar>, box: InputBox, statement: String?) {
    (self.program, self.box, self.statement) = (program, box, statement)
  }

  /// Takes the part of a network's inputs that two texts name.
  ///
  /// - Parameters:
  ///   - slice: Names of inputs (the others stay at the centre of the box), points (`0,0,0;1,0,0;0,1,0`), or a file of points.
  ///   - box: An interval for each input, or for each coordinate of a slice through points.
  init(_ program: ReLUProgram<Scalar>, slice: String?, box: String?) throws {
    guard let slice, !slice.isEmpty else {
      try Self.checkDimension(program.inputs)
      self.init(program: program, box: try InputBox(box ?? "-1:1").named(program.inputs), statement: nil)
      return
    }
    let names = slice.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
    if names.allSatisfy(program.inputs.contains) {
      try self.init(program, along: names, box: box)
    } else {
      try self.init(program, through: Self.points(slice, inputs: program.inputs), box: box)
    }
  }

  private init(_ program: ReLUProgram<Scalar>, along names: [String], box: String?) throws {
    var whole = try InputBox(box ?? "-1:1")
    if whole.names != [""] {
      // What the box does not name stays at zero.
      for name in whole.names where !program.inputs.contains(name) {
        throw VitroError.unknownName(name, kind: "input", known: program.inputs, operation: "the box")
      }
      for name in program.inputs where !whole.names.contains(name) && !names.contains(name) {
        whole.names.append(name)
        whole.lower.append(0)
        whole.upper.append(0)
      }
    }
    whole = try whole.named(program.inputs)
    self.program = try program.sliced(along: names, at: whole.center.map(Scalar.init(fraction:)))
    let places = names.compactMap(program.inputs.firstIndex)
    self.box = InputBox(names, 0, 0)
    self.box.lower = places.map { whole.lower[$0] }
    self.box.upper = places.map { whole.upper[$0] }
    let others = program.inputs.indices.filter { !places.contains($0) }
    guard !others.isEmpty else { return }
    let held = others.prefix(6).map { "\(program.inputs[$0]) = \(whole.center[$0])" }.joined(separator: ", ")
    statement =
      "The \(names.count == 1 ? "line" : "plane") along \(names.joined(separator: " and ")) with \(held)"
      + (others.count > 6 ? " and \(others.count - 6) more inputs at the centre of the box" : "")
  }

  private init(_ program: ReLUProgram<Scalar>, through points: [[Rational]], box: String?) throws {
    self.program = try program.sliced(through: points.map { $0.map(Scalar.init(fraction:)) })
    self.box = try InputBox(box ?? "-0.5:1.5").named(self.program.inputs)
    statement =
      points.count == 2
      ? "The line through two points: t = 0 is the first, t = 1 the second"
      : "The plane through three points: (0, 0) is the first, (1, 0) the second, (0, 1) the third"
  }

  private static func checkDimension(_ inputs: [String]) throws {
    guard inputs.count > 3 else { return }
    let faces = inputs.reduce(1.0) { product, _ in product * 3 }
    guard faces > Double(PolyhedralComplex.standardLimit) else { return }
    throw VitroError(
      .unsupported, operation,
      "the network has \(inputs.count) inputs, and a box of as many has 3^\(inputs.count) faces before anything is cut",
      hint:
        "Look at a plane through it: --slice \(inputs[0]),\(inputs[1]), or --slice with three points or a file of them.",
      details: ["field": "slice", "inputs": "\(inputs.count)"])
  }

  private static func points(_ text: String, inputs: [String]) throws -> [[Rational]] {
    let rows: [[Rational]]
    if text.contains(";") {
      rows = try text.split(separator: ";", omittingEmptySubsequences: false).map { row in
        try row.split(separator: ",", omittingEmptySubsequences: false).map {
          try Rational(parsing: String($0.filter { $0 != " " }))
        }
      }
    } else if text.contains(".") {
      rows = try fileRows(text)
    } else {
      let unknown = text.split(separator: ",").map(String.init).first { !inputs.contains($0) } ?? text
      throw VitroError.unknownName(unknown, kind: "input", known: inputs, operation: "the slice")
    }
    guard rows.count == 2 || rows.count == 3 else {
      throw VitroError(
        .argument, operation, "--slice names \(rows.count) points, expected 2 for a line or 3 for a plane",
        hint: "Such as --slice '0,0,0;1,0,0;0,1,0'.", details: ["field": "slice"])
    }
    for row in rows where row.count != inputs.count {
      throw VitroError(
        .shape, operation, "a point of --slice has \(row.count) numbers, the network \(inputs.count) inputs",
        details: ["field": "slice"])
    }
    return rows
  }

  private static func fileRows(_ path: String) throws -> [[Rational]] {
    let file = try ArrayFile.read(path)
    guard let array = file.arrays.first?.array else {
      throw VitroError(.malformed, "reading \(path)", "it holds no array")
    }
    let tensor = Tensor(array)
    let count = tensor.shape.first ?? 0
    guard count == 2 || count == 3 else {
      throw VitroError(
        .shape, "reading \(path)", "its shape is \(tensor.shape), expected 2 or 3 points along the first axis")
    }
    let values = try tensor.doubles
    guard values.allSatisfy(\.isFinite) else {
      throw VitroError(.numerical, "reading \(path)", "it holds values that are not finite")
    }
    let width = values.count / count
    return (0..<count).map { row in values[row * width..<(row + 1) * width].map(Rational.init(weight:)) }
  }
}
