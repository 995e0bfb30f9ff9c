internal import VitroCore

extension ImageGridFigure: FigureKind {
  static var kind: String { "images" }
  var measures: [FigureDrawing.Measure] { [.wide, .compact] }

  func drawing(_ measure: FigureDrawing.Measure, id: String) -> FigureDrawing {
    ImageGridDrawing(self, measure).drawing()
  }

  func validate(_ operation: String) throws {
    guard !images.isEmpty else { throw VitroError(.argument, operation, "there are no images") }
    for (index, image) in images.enumerated() where !image.isConsistent {
      throw VitroError(
        .shape, operation,
        "image \(index) has \(image.values.count) values for \(image.height) × \(image.width) pixels of "
          + "\(image.channels) channels", hint: "An image has 1 or 3 channels and at most 4096 × 4096 pixels.",
        details: [
          "field": "images[\(index)].values", "found": "\(image.values.count)",
          "expected": "\(image.height) × \(image.width) × \(image.channels)",
        ])
    }
    if let columns, columns < 1 {
      throw VitroError(
        .argument, operation, "images cannot stand in \(columns) columns",
        details: ["field": "columns", "found": "\(columns)", "expected": "1 or more"])
    }
    if let range, !(range.low < range.high) || !(range.high - range.low).isFinite {
      throw VitroError(
        .argument, operation, "black and white cannot be \(range.low) and \(range.high)",
        details: ["field": "range", "found": "[\(range.low), \(range.high)]", "expected": "two numbers, ascending"])
    }
    try color?.validate(operation)
  }

  /// One row for each image: its name, class, size and extremes.
  var tables: [Table] {
    let picks = Table.picks(images.count)
    let hasGroups = images.contains { $0.group != nil }
    let format = color?.format ?? .standard
    return [
      Table(
        title: picks.count == images.count
          ? nil : "\(picks.count) of \(images.count) images. " + Table.wherePartIsWhole(inPage: false),
        columns: [Table.Column("image")] + (hasGroups ? [Table.Column("class")] : []) + [
          Table.Column("height", .integer), Table.Column("width", .integer), Table.Column("channels", .integer),
          Table.Column("least", format), Table.Column("greatest", format),
        ],
        rows: picks.map { index in
          let image = images[index]
          let ends = image.extremes
          return [.text(image.label ?? "\(index + 1)")]
            + (hasGroups ? [image.group.map { .text($0) } ?? .missing()] : []) + [
              .number(Double(image.height)), .number(Double(image.width)), .number(Double(image.channels)),
              .number(ends?.low ?? .nan), .number(ends?.high ?? .nan),
            ]
        })
    ]
  }

  /// The classes of the images, in order of appearance.
  var groups: [String] {
    var seen: Set<String> = []
    return images.compactMap(\.group).filter { seen.insert($0).inserted }
  }
}

extension GridImage {
  /// Whether it has 1 or 3 channels, a size that can be drawn, and one value for each channel of each pixel.
  var isConsistent: Bool {
    (1...4096).contains(width) && (1...4096).contains(height) && (channels == 1 || channels == 3)
      && values.count == width * height * channels
  }

  /// The least and the greatest finite value.
  var extremes: Interval? {
    let finite = values.lazy.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return nil }
    return Interval(low, high)
  }
}
