public import Foundation
internal import VitroCore

extension Report {
  /// Writes each figure as `figure-1-title.svg` and its data as `figure-1-title.csv` into a directory, which is made if
  /// need be, and says which files these are.
  ///
  /// Where a figure has several tables, they follow one another in its file with an empty line between them.
  ///
  /// - Throws: ``/VitroCore/VitroError``: `argument` or `shape` when a figure contradicts itself, `file` when writing fails.
  @discardableResult
  public func writeFigures(to directory: URL, renderer: SVGRenderer = SVGRenderer()) throws -> [URL] {
    let figures = figures
    for figure in figures { try figure.validate() }
    var written: [URL] = []
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      for (index, figure) in figures.enumerated() {
        let slug = figure.slug
        let name = "figure-\(index + 1)" + (slug.isEmpty ? "" : "-\(slug)")
        let csv = figure.tables.map(\.csv).joined(separator: "\r\n")
        for (ending, text) in [(renderer.fileExtension, renderer.render(figure)), ("csv", csv)] {
          let url = directory.appending(path: "\(name).\(ending)")
          try Data(text.utf8).write(to: url, options: .atomic)
          written.append(url)
        }
      }
    } catch {
      throw VitroError(
        .file, "writing \(directory.path)", "the figures cannot be written: \(error.localizedDescription)",
        details: ["file": directory.path])
    }
    return written
  }
}

extension Figure {
  /// The title as part of a file's name: `test-error-at-each-layer`, at most 60 letters, digits and hyphens.
  var slug: String {
    var slug = ""
    for scalar in title.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
      if scalar.isASCII, scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        slug.append(Character(scalar))
      } else if !slug.isEmpty, slug.last != "-", scalar.properties.generalCategory != .nonspacingMark {
        slug.append("-")
      }
      if slug.count >= 60 { break }
    }
    while slug.last == "-" { slug.removeLast() }
    return slug
  }
}
