public import Foundation
internal import VitroCore

extension Report {
  /// The report as JSON, by the schema in docs/report.md; keys in alphabetical order, so that equal reports are equal bytes.
  public func json() throws -> Data { try json(collector: nil) }

  private func json(collector: SideArrays.Collector?) throws -> Data {
    let encoder = JSONEncoder()
    if let key = SideArrays.Collector.key, let collector { encoder.userInfo[key] = collector }
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(self)
    } catch {
      throw VitroError(.argument, "writing report \(id)", "it does not fit into JSON: \(error)")
    }
  }

  /// Reads a report from JSON; fields that this version does not know are passed over.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `malformed` naming the field, `unsupported` when the schema is newer.
  public init(json data: Data, file: String = "report.json") throws {
    try self.init(json: data, file: file, source: nil)
  }

  private init(json data: Data, file: String, source: SideArrays.Source?) throws {
    struct Header: Decodable { var schema: String? }
    let decoder = JSONDecoder()
    if let key = SideArrays.Source.key, let source { decoder.userInfo[key] = source }
    do {
      let schema = try decoder.decode(Header.self, from: data).schema
      guard schema == Report.currentSchema else {
        throw VitroError(
          .unsupported, "reading \(file)",
          "schema: found \(schema.map { "'\($0.prefix(60))'" } ?? "none"), expected '\(Report.currentSchema)'",
          hint: "A newer Vitro may have written it.", details: ["file": file, "field": "schema"])
      }
      self = try decoder.decode(Report.self, from: data)
    } catch let error as DecodingError {
      throw error.asMalformed(file: file)
    }
  }

  /// Reads `report.json` in a directory, and the long arrays in `report.safetensors` beside it.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `file` when one is not there that is needed, `malformed` naming the file and the field when
  ///   the side file does not hold what the JSON says, else as ``init(json:file:)``.
  public init(directory: URL) throws {
    let url = directory.appending(path: "report.json")
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw VitroError(.file, "reading \(url.path)", "the file cannot be read: \(error.localizedDescription)")
    }
    let source = SideArrays.Source(path: directory.appending(path: SideArrays.fileName).path)
    try self.init(json: data, file: url.path, source: source)
  }

  /// Writes `report.json`, with arrays of more than 10 000 numbers in `report.safetensors`, and one file for each renderer (`report.html`) into a directory, which is made if need be.
  ///
  /// Everything is rendered before anything is written, and each file replaces its forerunner in one step.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` or `shape` when a figure contradicts itself, `file` when writing fails.
  public func write(to directory: URL, renderers: [any ReportRenderer] = [HTMLRenderer()]) throws {
    try validate()
    let collector = SideArrays.Collector()
    var files = [(name: "report.json", contents: try json(collector: collector))]
    let side = try collector.encoded()
    // First, so that no report.json ever refers to what is not there yet.
    if let side { files.insert((SideArrays.fileName, Data(side)), at: 0) }
    for renderer in renderers {
      files.append(("report.\(renderer.fileExtension)", Data(try renderer.render(self).utf8)))
    }
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      for file in files {
        try file.contents.write(to: directory.appending(path: file.name), options: .atomic)
      }
      let sidePath = directory.appending(path: SideArrays.fileName)
      if side == nil, FileManager.default.fileExists(atPath: sidePath.path) {
        try FileManager.default.removeItem(at: sidePath)
      }
    } catch {
      throw VitroError(
        .file, "writing \(directory.path)", "the report cannot be written: \(error.localizedDescription)",
        details: ["file": directory.path])
    }
  }
}

/// Turns a report into one file's text: HTML here; the terminal and others later.
public protocol ReportRenderer: Sendable {
  /// The ending of the file's name, without the dot.
  var fileExtension: String { get }
  /// The text of the file.
  func render(_ report: Report) throws -> String
}

extension DecodingError {
  func asMalformed(
    file: String, schema: String = "a value of the schema \(Report.currentSchema)",
    hint: String = "docs/report.md describes the schema."
  ) -> VitroError {
    let (path, found): ([any CodingKey], String) =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
        (context.codingPath, context.debugDescription)
      case .keyNotFound(let key, let context): (context.codingPath + [key], "nothing")
      @unknown default: ([], "\(self)")
      }
    let field = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
    return .malformed(
      file: file, field: field.isEmpty ? "the document" : String(field.prefix(200)), found: String(found.prefix(300)),
      expected: schema, hint: hint)
  }
}
