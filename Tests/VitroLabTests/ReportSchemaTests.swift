import Foundation
import Testing
import VitroCore

@testable import VitroLab

/// docs/report.schema.json says what Vitro writes: every field, and no other.
@Suite struct ReportSchemaTests {
  private let schema: SchemaChecker

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/report.schema.json")
    schema = SchemaChecker(try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: file.standardized)))
  }

  private func value(_ data: Data) throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: data) }

  @Test func everyKindOfFigureIsAsTheSchemaSays() throws {
    let kinds = DemoReport.report.figures.map(\.content.kind)
    #expect(Set(kinds).count == 10, "the demo has every kind: \(Set(kinds).sorted())")
    #expect(schema.problems(try value(DemoReport.report.json())) == [])
  }

  @Test func longArraysAreAsTheSchemaSays() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "vitro-schema-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    try DemoReport.report.write(to: directory, renderers: [])
    let data = try Data(contentsOf: directory.appending(path: "report.json"))
    #expect(String(decoding: data, as: UTF8.self).contains("\"array\""))
    #expect(schema.problems(try value(data)) == [])
  }

  @Test func aFieldThatTheSchemaDoesNotKnowIsFound() throws {
    guard case .object(var report) = try value(DemoReport.report.json()) else { return }
    report["mood"] = "good"
    #expect(schema.problems(.object(report)) == ["mood: not in the schema"])
    report["mood"] = nil
    report["title"] = 3
    #expect(schema.problems(.object(report)) == ["title: expected string"])
    report["title"] = nil
    #expect(schema.problems(.object(report)) == ["title: missing"])
  }
}

/// As much of JSON Schema (draft 2020-12) as docs/report.schema.json uses.
private struct SchemaChecker {
  private let root: JSONValue

  init(_ root: JSONValue) { self.root = root }

  func problems(_ value: JSONValue) -> [String] { problems(value, root, "") }

  private func problems(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
    if let reference = schema["$ref"]?.text {
      let name = String(reference.dropFirst("#/$defs/".count))
      guard let target = root["$defs"]?[name] else { return ["\(path): the schema lacks \(name)"] }
      return problems(value, target, path)
    }
    if case .array(let choices)? = schema["anyOf"] {
      var fewest: [String]?
      for choice in choices {
        let found = problems(value, choice, path)
        if found.isEmpty { return [] }
        if found.count < fewest?.count ?? .max { fewest = found }
      }
      return fewest ?? []
    }
    if let constant = schema["const"] { return value == constant ? [] : ["\(path): expected \(constant)"] }
    if case .array(let allowed)? = schema["enum"], !allowed.contains(value) { return ["\(path): found \(value)"] }
    let types: [String] =
      if case .array(let list)? = schema["type"] { list.compactMap(\.text) } else { [schema["type"]?.text ?? ""] }
    guard types.contains(where: { value.isOf($0) }) else {
      return ["\(path): expected \(types.joined(separator: " or "))"]
    }
    switch value {
    case .object(let fields): return problems(fields, schema, path)
    case .array(let elements):
      if let count = schema["minItems"]?.whole, elements.count < count { return ["\(path): too short"] }
      if let count = schema["maxItems"]?.whole, elements.count > count { return ["\(path): too long"] }
      guard let items = schema["items"] else { return [] }
      // Long lists of numbers need no names of their places.
      if items == ["$ref": "#/$defs/number"] {
        return elements.allSatisfy { $0.isOf("number") || $0 == .null } ? [] : ["\(path): expected numbers"]
      }
      return elements.enumerated().flatMap { problems($0.element, items, "\(path)[\($0.offset)]") }
    case .string(let text):
      guard let pattern = schema["pattern"]?.text, let regex = try? Regex(pattern) else { return [] }
      return text.contains(regex) ? [] : ["\(path): \(text) is not as \(pattern)"]
    default: return []
    }
  }

  private func problems(_ fields: [String: JSONValue], _ schema: JSONValue, _ path: String) -> [String] {
    guard case .object(let properties)? = schema["properties"] else { return [] }
    var found: [String] = []
    if case .array(let required)? = schema["required"] {
      found += required.compactMap(\.text).filter { fields[$0] == nil }.map { join(path, $0) + ": missing" }
    }
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      guard let property = properties[name] else {
        found.append(join(path, name) + ": not in the schema")
        continue
      }
      found += problems(value, property, join(path, name))
    }
    return found
  }

  private func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

extension JSONValue {
  fileprivate subscript(_ name: String) -> JSONValue? {
    if case .object(let fields) = self { fields[name] } else { nil }
  }

  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
  fileprivate var whole: Int? { if case .integer(let number) = self { number } else { nil } }

  fileprivate func isOf(_ type: String) -> Bool {
    switch (self, type) {
    case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"), (.number, "number"),
      (.string, "string"), (.array, "array"), (.object, "object"):
      true
    default: false
    }
  }
}
