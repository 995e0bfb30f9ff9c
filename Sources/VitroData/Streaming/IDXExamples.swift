internal import VitroCore
internal import VitroFormats
internal import VitroTensor

/// The images of one or more IDX files, one file after the other.
struct IDXExamples: ExampleReader {
  let exampleShape: [Int]
  let count: Int
  private let parts: [(rows: IDXRows, start: Int)]

  /// Opens files of images of one size.
  ///
  /// - Throws: ``/VitroCore/VitroError`` when a file is broken, larger than the budget once decompressed, or unlike the first.
  init(_ paths: [String], memoryBudget: Int) throws {
    var (parts, count, left): ([(rows: IDXRows, start: Int)], Int, Int) = ([], 0, memoryBudget)
    for path in paths {
      var limits = FormatLimits.standard
      limits.maximumBytes = min(limits.maximumBytes, left)
      let rows = try IDXRows(path, limits: limits)
      if let first = parts.first?.rows, first.rowShape != rows.rowShape || first.dtype != rows.dtype {
        throw VitroError.malformed(
          file: path, field: "shape", found: "\(rows.dtype) \(rows.rowShape)",
          expected: "\(first.dtype) \(first.rowShape), as in \(first.path)")
      }
      parts.append((rows, count))
      (count, left) = (count + rows.count, left - rows.residentBytes)
    }
    guard let rowShape = parts.first?.rows.rowShape else {
      throw VitroError(.argument, "reading IDX files", "no file is named")
    }
    // Images have a channel, which IDX files of gray images leave out.
    exampleShape = rowShape.count == 2 ? [1] + rowShape : rowShape
    (self.parts, self.count) = (parts, count)
  }

  /// The number of examples of each file.
  var counts: [Int] { parts.map(\.rows.count) }

  var dtype: DType { parts[0].rows.dtype }

  var heldBytes: Int { parts.reduce(0) { $0 + $1.rows.residentBytes } }

  func elements(_ indices: [Int]) throws -> Tensor {
    let shape = [indices.count] + exampleShape
    let owners = indices.map { index in parts.lastIndex { $0.start <= index } ?? 0 }
    if let only = owners.first, owners.allSatisfy({ $0 == only }) {
      return try Tensor(rows(indices, of: only)).reshaped(shape)
    }
    var (pieces, order): ([Tensor], [Int]) = ([], [])
    for part in parts.indices {
      let places = indices.indices.filter { owners[$0] == part }
      if places.isEmpty { continue }
      pieces.append(Tensor(try rows(places.map { indices[$0] }, of: part)))
      order += places
    }
    guard !pieces.isEmpty else { return try Tensor(rows([], of: 0)).reshaped(shape) }
    let joined = try Tensor.concatenate(pieces)
    if order == Array(order.indices) { return try joined.reshaped(shape) }
    var inverse = [Int](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { inverse[index] = place }
    return try joined.gather(Tensor(inverse)).reshaped(shape)
  }

  private func rows(_ indices: [Int], of part: Int) throws -> RawArray {
    let start = parts[part].start
    return try parts[part].rows.rows(start == 0 ? indices : indices.map { $0 - start })
  }
}
