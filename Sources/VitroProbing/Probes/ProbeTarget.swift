internal import VitroCore
public import VitroTensor

/// What is to be read from each row of features.
///
/// ```swift
/// let sentiment = ProbeTarget.classes([0, 1, 1, 0], count: 2)
/// let topics = ProbeTarget.multiLabel(try Tensor(rows: [[1.0, 0], [1, 1], [0, 1], [0, 0]]))
/// let length = ProbeTarget.values(try Tensor(rows: [[3.5], [1], [4], [2.5]]))
/// ```
public enum ProbeTarget: Sendable {
  /// One of `count` classes, numbered from 0.
  case classes([Int], count: Int)
  /// Any of several labels: `[rows, labels]` of 0 and 1.
  case multiLabel(Tensor)
  /// Numbers: `[rows, outputs]`.
  case values(Tensor)

  /// The number of rows.
  public var rowCount: Int {
    switch self {
    case .classes(let labels, _): labels.count
    case .multiLabel(let table), .values(let table): table.shape.first ?? 0
    }
  }

  /// The number of classes, labels or outputs.
  public var outputCount: Int {
    switch self {
    case .classes(_, let count): count
    case .multiLabel(let table), .values(let table): table.rank == 2 ? table.shape[1] : 1
    }
  }

  /// What kind of target it is, in words.
  public var description: String {
    switch self {
    case .classes: "classes"
    case .multiLabel: "several labels for each row"
    case .values: "values"
    }
  }

  /// The targets of some rows, in their order and with repetitions.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a row does not exist.
  public func rows(_ positions: [Int]) throws -> ProbeTarget {
    if let wrong = positions.first(where: { $0 < 0 || $0 >= rowCount }) {
      throw VitroError(.argument, "probe target", "row \(wrong) of \(rowCount) is asked for")
    }
    switch self {
    case .classes(let labels, let count): return .classes(positions.map { labels[$0] }, count: count)
    case .multiLabel(let table): return .multiLabel(try table.gather(Tensor(positions)))
    case .values(let table): return .values(try table.gather(Tensor(positions)))
    }
  }

  /// The same target, in float64 and as a table of two axes, if nothing is wrong with it.
  func checked() throws -> ProbeTarget {
    switch self {
    case .classes(let labels, let count):
      guard count >= 2 else {
        throw Self.error(
          "there are \(count) classes, expected two or more", hint: "A probe needs something to tell apart.")
      }
      if let row = labels.firstIndex(where: { $0 < 0 || $0 >= count }) {
        throw Self.error("the label of row \(row) is \(labels[row]), expected 0 ..< \(count)", row: row)
      }
      return self
    case .multiLabel(let table):
      let table = try Self.table(table)
      if let place = try table.doubles.firstIndex(where: { $0 != 0 && $0 != 1 }) {
        let (row, label) = (place / table.shape[1], place % table.shape[1])
        throw Self.error("label \(label) of row \(row) is \(try table.doubles[place]), expected 0 or 1", row: row)
      }
      return .multiLabel(table)
    case .values(let table):
      let table = try Self.table(table)
      if let place = try table.doubles.firstIndex(where: { !$0.isFinite }) {
        let (row, output) = (place / table.shape[1], place % table.shape[1])
        throw Self.error("value \(output) of row \(row) is \(try table.doubles[place])", row: row)
      }
      return .values(table)
    }
  }

  private static func table(_ values: Tensor) throws -> Tensor {
    guard values.rank == 1 || values.rank == 2 else {
      throw VitroError(.shape, "probe target", "the targets are \(values.shape), expected [rows, outputs]")
    }
    let table = try (values.rank == 1 ? values.expandingAxis(1) : values).detached.cast(to: .float64)
    guard table.shape[1] > 0 else {
      throw VitroError(.shape, "probe target", "the targets are \(table.shape): there is nothing to read")
    }
    return table
  }

  private static func error(_ message: String, row: Int? = nil, hint: String? = nil) -> VitroError {
    VitroError(.argument, "probe target", message, hint: hint, details: row.map { ["row": "\($0)"] } ?? [:])
  }
}

extension ProbeTarget {
  /// Refuses a training target in which something cannot be learned because it never or always occurs.
  func requireVariation() throws {
    switch self {
    case .classes(let labels, let count):
      guard labels.count >= count else {
        throw Self.error("the training part has fewer rows (\(labels.count)) than classes (\(count))")
      }
      let present = Set(labels)
      if present.count == 1, let only = present.first {
        throw Self.error(
          "all \(labels.count) training rows are of class \(only)", hint: "A probe needs rows of two classes.")
      }
      if let missing = (0..<count).first(where: { !present.contains($0) }) {
        throw Self.error(
          "class \(missing) has no row in the training part (\(count - present.count) of \(count) classes have none)",
          hint: "Number the classes that occur 0, 1, 2, …, or divide the rows so that each class has some.")
      }
    case .multiLabel(let table), .values(let table):
      let values = try table.doubles
      guard rowCount > 0 else { throw Self.error("there are no training rows") }
      for output in 0..<outputCount {
        let column = stride(from: output, to: values.count, by: outputCount)
        if column.allSatisfy({ values[$0] == values[output] }) {
          throw Self.error(
            "output \(output) is \(values[output]) in all \(rowCount) training rows: there is nothing to read")
        }
      }
    }
  }

  /// Refuses rows of a class that the training part has not.
  func requireKnown(to training: ProbeTarget, part: String) throws {
    guard case .classes(let labels, _) = self, case .classes(let known, _) = training else { return }
    let present = Set(known)
    guard let row = labels.firstIndex(where: { !present.contains($0) }) else { return }
    throw Self.error("row \(row) of the \(part) part is of class \(labels[row]), which no training row has", row: row)
  }

  /// Whether another target asks for the same kind of answer.
  func matches(_ other: ProbeTarget) -> Bool {
    switch (self, other) {
    case (.classes, .classes), (.multiLabel, .multiLabel), (.values, .values): outputCount == other.outputCount
    default: false
    }
  }
}
