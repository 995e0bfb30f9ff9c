internal import Foundation
internal import VitroCore

extension FieldKind {
  /// Checks that the files that a value names are there.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the nearest name that is there.
  func checkFiles(_ value: JSONValue, field: String) throws {
    switch (self, value) {
    case (.path(let names), .string(let path)): try Self.checkExists(path, names: names, field: field)
    case (.list(let kind), .array(let values)): for value in values { try kind.checkFiles(value, field: field) }
    case (.optional(let kind), _) where value != .null: try kind.checkFiles(value, field: field)
    default: break
    }
  }

  /// Checks that a file or directory is there; a name such as `mnist:DIR` stands for all texts that begin so, and a directory after it.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the nearest name that is there.
  static func checkExists(_ path: String, names: [String], field: String) throws {
    if let prefix = prefix(of: path, names: names) {
      return try checkExists(String(path.dropFirst(prefix.count)), names: [], field: field)
    }
    if names.contains(path) || FileManager.default.fileExists(atPath: path) { return }
    throw VitroError(
      .file, field, "'\(path)' is not there", hint: nearest(to: path, names: names).map { "Did you mean '\($0)'?" },
      details: ["field": field, "file": path])
  }

  /// What stands before the directory in a text such as `mnist:my-data`, for a name such as `mnist:DIR`.
  static func prefix(of path: String, names: [String]) -> String? {
    names.filter { $0.hasSuffix(":DIR") }.map { String($0.dropLast("DIR".count)) }.first { path.hasPrefix($0) }
  }

  /// The nearest name in the first directory on the way that is there.
  private static func nearest(to path: String, names: [String]) -> String? {
    if let name = nearestName(to: path, in: names) { return name }
    let parts = path.split(separator: "/").map(String.init)
    var known = path.hasPrefix("/") ? "/" : ""
    for (index, part) in parts.enumerated() {
      let next = known + part
      if FileManager.default.fileExists(atPath: next) {
        known = next + "/"
        continue
      }
      let siblings = (try? FileManager.default.contentsOfDirectory(atPath: known.isEmpty ? "." : known)) ?? []
      guard let near = nearestName(to: part, in: siblings.sorted()) else { return nil }
      let rest = parts[(index + 1)...].joined(separator: "/")
      let whole = known + near + (rest.isEmpty ? "" : "/" + rest)
      return FileManager.default.fileExists(atPath: whole) ? whole : known + near
    }
    return nil
  }
}

extension Experiment {
  /// Checks that the files that the fields name are there.
  ///
  /// - Throws: ``/VitroCore/VitroError`` (`file`) with the nearest name that is there.
  public func checkFiles() throws {
    for field in Self.fields {
      try field.description.kind.checkFiles(field.get(self), field: field.description.name)
    }
  }
}
