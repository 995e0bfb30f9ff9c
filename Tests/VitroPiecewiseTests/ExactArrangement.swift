import VitroPiecewise

/// The cells of a network in two or three inputs, found another way: every cell is clipped by every unit in exact fractions, knowing nothing of its
/// neighbours, and vertices, edges and faces are counted afterwards by their coordinates.
struct ExactArrangement {
  typealias Point = [Rational]

  /// A convex cell: its boundary as loops of corners (one loop in the plane), and each source as a function of the inputs on it.
  struct Cell {
    var loops: [[Point]]
    var forms: [AffineForm<Rational>]
  }

  private(set) var cells: [Cell]

  init(_ program: ReLUProgram<Rational>, low: Rational, high: Rational, zeroSet: Bool = false) {
    let inputs = program.inputs.count
    let identity = (0..<inputs).map { AffineForm<Rational>(source: $0) }
    cells = [Cell(loops: Self.box(inputs, low, high), forms: identity)]
    for unit in program.units {
      cells = cells.flatMap { cell -> [Cell] in
        let inside = unit.substituting { cell.forms[$0] }
        return Self.halves(of: cell.loops, by: inside).map { loops, isOn in
          Cell(loops: loops, forms: cell.forms + [isOn ? inside : AffineForm()])
        }
      }
    }
    guard zeroSet else { return }
    for output in program.outputs {
      cells = cells.flatMap { cell -> [Cell] in
        let form = output.substituting { cell.forms[$0] }
        return Self.halves(of: cell.loops, by: form).map { Cell(loops: $0.0, forms: cell.forms) }
      }
    }
  }

  /// Vertices, edges, … of all cells, each counted once.
  var counts: [Int] {
    let loops = cells.flatMap(\.loops)
    let vertices = Set(loops.flatMap { $0 }).count
    let edges = Set(loops.flatMap { loop in zip(loop, loop.dropFirst() + loop.prefix(1)).map { Set([$0, $1]) } }).count
    guard cells[0].loops.count > 1 else { return [vertices, edges, cells.count] }
    return [vertices, edges, Set(loops.map(Set.init)).count, cells.count]
  }

  private static func box(_ inputs: Int, _ low: Rational, _ high: Rational) -> [[Point]] {
    if inputs == 2 { return [[[low, low], [high, low], [high, high], [low, high]]] }
    return (0..<3).flatMap { axis in
      [low, high].map { value in
        [(low, low), (high, low), (high, high), (low, high)].map { first, second in
          var point = [first, second]
          point.insert(value, at: axis)
          return point
        }
      }
    }
  }

  /// The parts of a cell where a form is positive and where it is not.
  private static func halves(of loops: [[Point]], by form: AffineForm<Rational>) -> [([[Point]], Bool)] {
    let halves = [(clip(loops, by: form), true), (clip(loops, by: form * -1), false)].compactMap { part, isOn in
      part.map { ($0, isOn) }
    }
    return halves.isEmpty ? [(loops, false)] : halves
  }

  /// The part of a cell where a form is not negative, `nil` where that part is flat.
  private static func clip(_ loops: [[Point]], by form: AffineForm<Rational>) -> [[Point]]? {
    let values = loops.flatMap { $0 }.map { form.value(at: $0) }
    guard values.contains(where: { $0 > 0 }) else { return nil }
    guard values.contains(where: { $0 < 0 }) else { return loops }
    var kept: [[Point]] = []
    var segments: [[Point]] = []
    for loop in loops {
      var part: [Point] = []
      for (start, end) in zip(loop, loop.dropFirst() + loop.prefix(1)) {
        let (a, b) = (form.value(at: start), form.value(at: end))
        if a >= 0 { part.append(start) }
        if a.sign * b.sign < 0 {
          let share = a / (a - b)
          part.append(zip(start, end).map { $0 + share * ($1 - $0) })
        }
      }
      let onCut = part.filter { form.value(at: $0) == 0 }
      if part.count > 2, onCut.count < part.count { kept.append(part) }
      if onCut.count == 2 { segments.append(onCut) }
    }
    return loops.count == 1 ? kept : kept + [chained(segments)]
  }

  /// The corners of the new face in order, from its sides, some of which come twice.
  private static func chained(_ segments: [[Point]]) -> [Point] {
    var sides = Array(Set(segments.map(Set.init)))
    var chain = Array(sides.removeLast())
    while let last = chain.last, let next = sides.firstIndex(where: { $0.contains(last) }) {
      if let point = sides.remove(at: next).first(where: { $0 != last }), point != chain[0] { chain.append(point) }
    }
    return chain
  }
}
