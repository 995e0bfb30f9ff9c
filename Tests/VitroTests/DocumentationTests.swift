import Foundation
import Testing

/// Every Swift sample of the documentation is code that a test runs: its text stands between `// docs:name` and `// docs:end` in a test.
///
/// `\(folder)/` in the tested code is where the test keeps its files; the documentation names the files alone.
@Suite struct DocumentationTests {
  @Test func everySampleOfTheDocumentationIsTested() throws {
    let tested = Set(try Snippet.all().map(\.text))
    for sample in try Sample.all() where !tested.contains(sample.text) {
      Issue.record(
        "\(sample.place): no test has this sample between '// docs:name' and '// docs:end':\n\(sample.text)")
    }
  }

  @Test func everyTestedSampleIsInTheDocumentation() throws {
    let shown = Set(try Sample.all().map(\.text))
    for snippet in try Snippet.all() where !shown.contains(snippet.text) {
      Issue.record(
        "\(snippet.place): the documentation has no sample with the text of 'docs:\(snippet.name)':\n\(snippet.text)")
    }
  }

  @Test func bothSidesAreFound() throws {
    #expect(try Sample.all().count >= 50)
    #expect(try Snippet.all().count >= 50)
    let names = try Snippet.all().map(\.name)
    #expect(Set(names).count == names.count, "two snippets have one name")
  }
}

/// A Swift code block of a doc comment, an article, or a page, without the imports at its head.
private struct Sample {
  var text: String
  var place: String

  static func all() throws -> [Sample] {
    let sources = try Repository.files(in: ["Sources"], endings: ["swift", "md"])
    let pages = try Repository.files(in: ["docs"], endings: ["md"]) + ["README.md", "CONTRIBUTING.md"]
    return try (sources + pages).flatMap { file in
      let lines = try Repository.lines(of: file)
      guard file.hasSuffix(".swift") else { return blocks(lines, file) }
      return blocks(
        lines.map { line in
          let code = line.drop { $0 == " " }
          guard code.hasPrefix("///") else { return "" }
          return String(code.dropFirst(code.hasPrefix("/// ") ? 4 : 3))
        }, file)
    }
  }

  private static func blocks(_ lines: [String], _ file: String) -> [Sample] {
    var (samples, current): ([Sample], [String]?) = ([], nil)
    for (number, line) in lines.enumerated() {
      if line.trimmingCharacters(in: .whitespaces) == "```swift" {
        current = []
      } else if let block = current, line.trimmingCharacters(in: .whitespaces) == "```" {
        let code = block.drop { $0.hasPrefix("import ") || $0.isEmpty }
        samples.append(Sample(text: Repository.dedented(Array(code)), place: "\(file):\(number + 1 - block.count)"))
        current = nil
      } else {
        current?.append(line)
      }
    }
    return samples
  }
}

/// Code of a test that the documentation shows.
private struct Snippet {
  var name: String
  var text: String
  var place: String

  static func all() throws -> [Snippet] {
    try Repository.files(in: ["Tests"], endings: ["swift"]).flatMap { file in
      var (snippets, current): ([Snippet], (name: String, lines: [String])?) = ([], nil)
      for (number, line) in try Repository.lines(of: file).enumerated() {
        let code = line.trimmingCharacters(in: .whitespaces)
        if code == "// docs:end", let (name, lines) = current {
          let text = Repository.dedented(lines).replacing("\\(folder)/", with: "")
          snippets.append(Snippet(name: name, text: text, place: "\(file):\(number + 1 - lines.count)"))
          current = nil
        } else if code.hasPrefix("// docs:") {
          current = (String(code.dropFirst(8)), [])
        } else {
          current?.lines.append(line)
        }
      }
      return snippets
    }
  }
}

private enum Repository {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The files under some directories, as paths from the root.
  static func files(in directories: [String], endings: Set<String>) throws -> [String] {
    try directories.flatMap { directory in
      try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: directory).path)
        .filter { endings.contains(($0 as NSString).pathExtension) }.sorted().map { "\(directory)/\($0)" }
    }
  }

  static func lines(of file: String) throws -> [String] {
    try String(contentsOf: root.appending(path: file), encoding: .utf8).components(separatedBy: "\n")
  }

  /// The lines without the indentation that all share.
  static func dedented(_ lines: [String]) -> String {
    let indentation = lines.filter { !$0.allSatisfy { $0 == " " } }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n")
  }
}
