internal import VitroCore

extension Report {
  /// Checks that every figure and table agrees with itself.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`shape`, `argument`) that names the figure, the series and the numbers.
  public func validate() throws {
    for block in sections.flatMap(\.blocks) {
      switch block {
      case .table(let table): try table.validate()
      case .figure(let figure): try figure.validate()
      case .text, .metrics, .note: break
      }
    }
  }
}

extension Table {
  fileprivate func validate() throws {
    for (index, row) in rows.enumerated() where row.count != columns.count {
      throw VitroError(
        .shape, "table '\(title ?? "")'", "row \(index) has \(row.count) cells for \(columns.count) columns")
    }
  }
}

extension LineFigure {
  func validate(_ operation: String) throws {
    guard !series.isEmpty else { throw VitroError(.argument, operation, "there are no series") }
    let names = Set(series.map(\.name))
    for series in series {
      let places = categories?.count ?? series.x.count
      if series.y.count != places {
        throw VitroError(
          .shape, operation,
          "series '\(series.name)' has \(series.y.count) values for \(places) \(categories == nil ? "numbers" : "names")"
        )
      }
      if series.low.count != series.high.count || !(series.low.isEmpty || series.low.count == places) {
        throw VitroError(
          .shape, operation,
          "series '\(series.name)' has \(series.low.count) lower and \(series.high.count) upper ends for \(places) values"
        )
      }
      if let counterpart = series.counterpart, !names.contains(counterpart) {
        throw VitroError.unknownName(
          counterpart, kind: "series", known: self.series.map(\.name), operation: operation)
      }
    }
    try [x, y].forEach { try $0.validate(operation) }
  }
}

extension PlaneFigure {
  func validate(_ operation: String) throws {
    if let field, !field.isConsistent {
      throw VitroError(
        .shape, operation,
        "surface '\(field.label)' has \(field.values.count) values for \(field.columns) × \(field.rows) nodes",
        hint: "A surface needs at least 2 × 2 nodes, one value for each, and ends in ascending order.")
    }
    for line in lines where line.extended && line.corners.count != 2 {
      throw VitroError(.shape, operation, "an extended line has \(line.corners.count) corners in place of 2")
    }
    for region in regions where region.corners.count < 3 {
      throw VitroError(
        .shape, operation, "region '\(region.label ?? "")' has \(region.corners.count) corners of 3 at least")
    }
    try color?.validate(operation, allowsCategories: true)
    let values = regions.map(\.color) + arrows.map(\.color) + points.map(\.color)
    if color == nil, values.contains(where: { $0 != nil }) {
      throw VitroError(
        .argument, operation, "regions, arrows or points have colour values, but the plane has no colour scale",
        hint: "Give the plane a color.", details: ["field": "color"])
    }
    try [x, y].forEach { try $0.validate(operation) }
  }
}

extension Axis {
  func validate(_ operation: String) throws {
    guard let range else { return }
    guard range.isDrawable, scale == .linear || range.low > 0 else {
      throw VitroError(
        .argument, operation, "axis '\(label)' cannot run from \(range.low) to \(range.high)",
        hint: scale == .log ? "A logarithmic axis runs between positive numbers." : nil)
    }
  }
}
